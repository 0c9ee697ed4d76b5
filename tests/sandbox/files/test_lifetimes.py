"""Tests how long files, addresses and half uploads live: over expiry, a restart, a kill, and in whose folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.serving import FilesUnusableError
from tests.sandbox.files.conftest import FileApi, Hours, new_id, until
from tests.sandbox.process.conftest import PATIENCE, Api, Start, create, run


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def opened(sandbox: Sandbox, http: requests.Session) -> FileApi:
    return FileApi(sandbox, Api(sandbox.server_url, sandbox.api_user, sandbox.api_key, http))


def test_addresses_expire(http: requests.Session) -> None:
    with Sandbox() as sandbox:
        files, clock = opened(sandbox, http), Hours()
        sandbox.service.files.signer.clock = clock
        component_id = files.component(b"abc")
        upload = files.metadata(component_id, 3)["url"]
        part = files.metadata(component_id, 9, parts=3)["urls"][0]["signed_url"]
        row = files.api.rows(f"select url from ComponentLocation where component_id is {component_id}")[0]
        clock.forward(1)
        assert http.get(row["url"]["url"], timeout=PATIENCE).content == b"abc"
        clock.forward(24)
        for response in (
            http.get(row["url"]["url"], timeout=PATIENCE),
            files.put(upload, b"xyz"),
            files.put(part, b"xyz"),
        ):
            assert response.status_code == 403
            assert response.json()["error_code"] == "signature_expired"
        assert files.data(component_id) == b"abc"


def test_uploads_in_parts_that_were_given_up_are_removed(http: requests.Session) -> None:
    with Sandbox() as sandbox:
        files, clock = opened(sandbox, http), Hours()
        sandbox.service.files.signer.clock = clock
        given_up, component_id = files.metadata(new_id(), 9, parts=3), new_id()
        files.put(given_up["urls"][0]["signed_url"], b"abc")
        clock.forward(23)
        going_on = files.metadata(component_id, 3, parts=1)
        clock.forward(2)
        files.metadata(new_id(), 9, parts=3)
        assert given_up["upload_id"] not in " ".join(files.left_over())
        etag = files.put(going_on["urls"][0]["signed_url"], b"abc").headers["etag"]
        operation = {"action": "complete_multipart_upload", "component_id": component_id}
        files.api.call({**operation, "upload_id": going_on["upload_id"], "parts": [{"part_number": 1, "e_tag": etag}]})
        assert files.data(component_id) == b"abc"


def test_files_and_addresses_outlive_a_restart_beside_the_database(tmp_path: Path, http: requests.Session) -> None:
    sandbox = Sandbox(database=str(tmp_path / "studio.db"), api_key="key")
    with sandbox:
        files = opened(sandbox, http)
        assert files.folder == tmp_path / "studio.db.files"
        component_id, other = files.component(b"abc"), new_id()
        upload = files.metadata(other, 3)["url"].replace(files.api.url, "")
    with sandbox:
        files = opened(sandbox, http)
        assert files.put(f"{files.api.url}{upload}", b"xyz").status_code == 200
        assert (files.data(component_id), files.data(other)) == (b"abc", b"xyz")


def test_folder_of_a_database_in_memory_ends_with_it(http: requests.Session) -> None:
    with Sandbox() as sandbox:
        files = opened(sandbox, http)
        files.component(b"abc")
        folder = files.folder
        assert folder.is_dir()
    assert not folder.exists()


def test_folder_can_be_chosen_and_belongs_to_one_database(tmp_path: Path, http: requests.Session) -> None:
    folder = tmp_path / "media"
    with Sandbox(database=str(tmp_path / "one.db"), files=folder) as sandbox:
        files = opened(sandbox, http)
        component_id = files.component(b"abc")
        assert files.folder == folder
    with pytest.raises(FilesUnusableError, match=r"another database.*--files"):
        Sandbox(database=str(tmp_path / "two.db"), files=folder).start()
    assert not list(tmp_path.glob("two.db*"))
    with Sandbox(database=str(tmp_path / "one.db"), files=folder) as sandbox:
        assert opened(sandbox, http).data(component_id) == b"abc"


def test_folder_with_other_contents_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "precious").write_text("text")
    (tmp_path / "file").write_text("text")
    done = run("--files", str(tmp_path), "--database", str(tmp_path / "new.db"))
    assert done.returncode == 7
    assert not list(tmp_path.glob("new.db*"))
    assert len(done.stderr.splitlines()) == 1
    assert "--files" in done.stderr
    assert run("--files", str(tmp_path / "file")).returncode == 7
    assert (folder / "precious").read_text() == "text"


def test_file_that_was_never_registered_goes_a_day_later(tmp_path: Path, http: requests.Session) -> None:
    sandbox = Sandbox(database=str(tmp_path / "studio.db"))
    with sandbox:
        files = opened(sandbox, http)
        registered, forgotten, fresh = files.component(b"1"), files.upload(b"2"), files.upload(b"3")
        upper = new_id().upper()
        files.upload(b"4", upper)
        files.api.call(create("FileComponent", id=upper, name="main"))
        for each in (registered, forgotten, upper):
            path = sandbox.service.files.storage.find(each)
            assert path is not None
            os.utime(path, (1, 1))
    with sandbox:
        files = opened(sandbox, http)
        assert [files.data(each) for each in (registered, forgotten, fresh, upper)] == [b"1", None, b"3", b"4"]


@pytest.mark.load
def test_kill_in_the_middle_of_an_upload_leaves_nothing_half(
    start: Start, tmp_path: Path, http: requests.Session
) -> None:
    arguments = ["--database", str(tmp_path / "studio.db"), "--api-key", "key"]
    process, folder, component_id = start(*arguments), tmp_path / "studio.db.files", new_id()
    files = FileApi(Sandbox(), process.api())
    url = files.metadata(component_id, 10_000_000)["url"]
    with files.raw() as connection:
        connection.send_head("PUT", url, Content_Length=10_000_000)
        connection.socket.sendall(b"x" * 5_000_000)
        assert until(lambda: any((folder / "incoming").iterdir()))
        process.process.kill()
        process.process.wait(PATIENCE)
    files = FileApi(Sandbox(), start(*arguments).api())
    assert not any((folder / "incoming").iterdir())
    assert files.data(component_id) is None
    files.upload(b"whole", component_id)
    assert files.data(component_id) == b"whole"


def test_many_slow_uploads_hold_up_nobody(http: requests.Session) -> None:
    with Sandbox() as sandbox:
        files = opened(sandbox, http)
        connections = [files.raw() for _ in range(60)]
        try:
            for connection in connections:
                connection.send_head("PUT", files.metadata(new_id(), 3_000_000)["url"], Content_Length=3_000_000)
                connection.socket.sendall(b"x" * 1_500_000)
            component_id = files.component(b"abc")
            assert files.data(component_id) == b"abc"
        finally:
            for connection in connections:
                connection.socket.close()
        assert until(lambda: files.left_over() == [])
