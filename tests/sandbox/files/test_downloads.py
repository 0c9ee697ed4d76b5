"""Tests downloads: who may, ranges, names and types, removal, and addresses that carry no key (section 6.3)."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from ftrack_typed.sandbox import Sandbox
from tests.sandbox.files.conftest import SERVER_LOCATION, FileApi, image, new_id
from tests.sandbox.process.conftest import PATIENCE, Api, create, update

TEXT = bytes(range(256)) * 500


@pytest.fixture(scope="module")
def component(files: FileApi) -> str:
    return files.component(TEXT, "plate", ".mov")


def test_download_needs_the_name_and_the_key_of_a_user(files: FileApi, component: str) -> None:
    url = f"{files.api.url}/component/get?id={component}"
    for query in (
        "",
        f"&username={files.api.user}",
        f"&apiKey={files.api.key}",
        f"&username={files.api.user}&apiKey=x",
    ):
        for path in ("get", "remove", "thumbnail"):
            response = files.api.http.get(url.replace("get?", f"{path}?") + query, timeout=PATIENCE)
            assert response.status_code == 401
            assert response.json()["exception"] == "InvalidCredentialsError"
    assert files.data(component) == TEXT


def test_credentials_may_come_in_headers_where_no_log_shows_them(files: FileApi, component: str) -> None:
    headers = {"ftrack-user": files.api.user, "ftrack-api-key": files.api.key}
    url = f"{files.api.url}/component/get?id={component}"
    assert files.api.http.get(url, headers=headers, timeout=PATIENCE).content == TEXT


@pytest.mark.parametrize("path", ["/component/get", "/component/remove", "/component/thumbnail"])
def test_unknown_component_is_not_found(files: FileApi, path: str) -> None:
    response = files.get(path, id=new_id())
    assert response.status_code == 404
    assert response.json()["error_code"] == "file_not_found"


@pytest.mark.parametrize(
    ("asked", "status", "expected", "shown"),
    [
        ("bytes=0-99", 206, TEXT[:100], f"bytes 0-99/{len(TEXT)}"),
        ("bytes=1000-", 206, TEXT[1000:], f"bytes 1000-{len(TEXT) - 1}/{len(TEXT)}"),
        ("bytes=-10", 206, TEXT[-10:], f"bytes {len(TEXT) - 10}-{len(TEXT) - 1}/{len(TEXT)}"),
        (f"bytes={len(TEXT)}-", 416, b"", f"bytes */{len(TEXT)}"),
        (None, 200, TEXT, None),
    ],
    ids=["first", "rest", "last", "beyond", "none"],
)
def test_ranges_let_a_download_be_resumed(
    files: FileApi, component: str, asked: str | None, status: int, expected: bytes, shown: str | None
) -> None:
    response = files.get("/component/get", {} if asked is None else {"Range": asked}, id=component)
    assert response.status_code == status
    assert response.content == expected
    assert response.headers.get("content-range") == shown
    assert status == 416 or response.headers["accept-ranges"] == "bytes"


def test_range_of_a_file_that_was_replaced_gives_all_of_the_new_one(files: FileApi) -> None:
    component_id = files.upload(TEXT)
    etag = files.get("/component/get", id=component_id).headers["etag"]
    files.upload(b"another file", component_id)
    response = files.get("/component/get", {"Range": "bytes=100-", "If-Range": etag}, id=component_id)
    assert (response.status_code, response.content) == (200, b"another file")


@pytest.mark.parametrize(
    ("name", "file_type", "kind", "saved_as"),
    [
        ("plate", ".png", "image/png", "plate.png"),
        ("plåt 日本 🎬", ".mov", "video/quicktime", "plåt 日本 🎬.mov"),
        ('a"b\r\nSet-Cookie: x', ".txt", "text/plain", "a_b__Set-Cookie: x.txt"),
        ("../../etc/passwd", None, "application/octet-stream", ".._.._etc_passwd"),
        ("render", ".exr.gz", "application/octet-stream", "render.exr.gz"),
    ],
)
def test_name_and_type_come_from_the_component(
    files: FileApi, name: str, file_type: str | None, kind: str, saved_as: str
) -> None:
    component_id = files.upload(b"content")
    files.api.call(create("FileComponent", id=component_id, name=name, file_type=file_type))
    response = files.get("/component/get", id=component_id)
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == kind
    plain = f'attachment; filename="{saved_as}"'
    encoded = f"attachment; filename*=utf-8''{quote(saved_as)}"
    assert response.headers["content-disposition"] in {plain, encoded}
    assert "set-cookie" not in response.headers


def test_removed_file_is_gone_and_its_row_stays(files: FileApi) -> None:
    component_id = files.component(TEXT)
    assert (
        files.api.http.head(f"{files.api.url}/component/remove", params={**files.key, "id": component_id}).status_code
        == 405
    )
    assert files.data(component_id) == TEXT
    assert 200 <= files.get("/component/remove", id=component_id).status_code < 300
    assert files.get("/component/get", id=component_id).status_code == 404
    assert files.get("/component/remove", id=component_id).status_code == 404
    assert len(files.api.rows(f"FileComponent where id is {component_id}")) == 1


def test_file_goes_with_its_component_also_by_a_cascade(files: FileApi) -> None:
    schema = files.api.rows("ProjectSchema")[0]["id"]
    project, asset, version, kept = new_id(), new_id(), new_id(), files.component(b"kept")
    below = files.upload(b"below the project")
    files.api.call(
        create("Project", id=project, name=f"p{project}", project_schema_id=schema),
        create("Asset", id=asset, name="plate", context_id=project),
        create("AssetVersion", id=version, asset_id=asset),
        create("FileComponent", id=below, name="main", version_id=version),
    )
    delete = {"action": "delete", "entity_type": "Project", "entity_key": [project]}
    failing = {"action": "create", "entity_type": "NoSuchType", "entity_data": {}}
    assert files.api.post([delete, failing]).json()["exception"] == "ValidationError"
    assert files.data(below) == b"below the project", "the batch failed"
    files.api.call(delete)
    assert files.data(below) is None
    assert files.data(kept) == b"kept"


def test_addresses_in_rows_carry_no_key_and_are_good_for_one_component(files: FileApi, component: str) -> None:
    other = files.component(b"other")
    row = files.api.rows(f"select url from ComponentLocation where component_id is {component}")[0]
    url = row["url"]["url"]
    assert files.api.key not in url
    assert files.api.http.get(url, timeout=PATIENCE).content == TEXT
    assert files.api.http.get(url.replace(component, other), timeout=PATIENCE).status_code == 403
    for path in ("remove", "thumbnail"):
        query = {**{name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}}
        response = files.get(f"/component/{path}", **query)
        assert response.status_code in {401, 403}, "an address of one purpose serves another"
    assert files.data(component) == TEXT


def test_address_is_null_where_this_server_has_no_file(files: FileApi) -> None:
    component_id = new_id()
    files.api.call(
        create("FileComponent", id=component_id, name="main"),
        create("ComponentLocation", component_id=component_id, location_id=SERVER_LOCATION, resource_identifier="x"),
    )
    assert files.api.rows(f"select url from ComponentLocation where component_id is {component_id}")[0]["url"] is None


def test_thumbnail_url_of_a_context_shows_its_picture(files: FileApi) -> None:
    picture = files.component(image((40, 20)), "thumbnail", ".png")
    user = files.api.rows(f"User where username is {files.api.user}")[0]["id"]
    files.api.call(update("User", user, thumbnail_id=picture))
    url = files.api.rows(f"select thumbnail_url from User where id is {user}")[0]["thumbnail_url"]["url"]
    assert files.api.key not in url
    response = files.api.http.get(url, timeout=PATIENCE)
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize("change", ["", "x", "no.token", "{}.", ".", "é"])
def test_forged_signature_is_refused(files: FileApi, component: str, change: str) -> None:
    url = files.api.rows(f"select url from ComponentLocation where component_id is {component}")[0]["url"]["url"]
    token = parse_qs(urlsplit(url).query)["token"][0]
    text, _, signature = token.partition(".")
    forged = [change, f"{text}.{signature[:-1]}", f"{text}A.{signature}", f"{text}.", f"{text}.{'0' * 64}"]
    for each in forged:
        assert files.get("/component/get", id=component, token=each).status_code == 403
        put = files.put(f"{files.api.url}/component/upload?token={quote(each)}", b"x")
        assert put.status_code == 403
        assert put.json()["error_code"] == "signature_invalid"


def test_signature_of_another_server_is_refused(files: FileApi) -> None:
    with Sandbox(api_user=files.api.user, api_key=files.api.key) as other:
        metadata = FileApi(other, Api(other.server_url, other.api_user, other.api_key, files.api.http)).metadata(
            new_id(), 3
        )
        url = metadata["url"].replace(other.server_url, files.api.url)
    assert files.put(url, b"abc").status_code == 403


def test_signature_of_an_upload_is_none_of_a_download(files: FileApi, component: str) -> None:
    token = parse_qs(urlsplit(files.metadata(component, 3)["url"]).query)["token"][0]
    assert files.get("/component/get", id=component, token=token).status_code == 403
