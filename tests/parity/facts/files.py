"""Facts of components, locations, accessors and structures (sections 9, 15, 16, 23 and 24)."""

from __future__ import annotations

import contextlib
import importlib
import os
from pathlib import Path
from typing import Any

from tests.parity.client import Client, Entity, Session, raised, unique

ORIGIN = "ce9b348f-8809-11e3-821c-20c9d081909b"
REVIEW = "cd41be70-8809-11e3-b98a-20c9d081909b"
SERVER = "3a372bde-05bc-11e4-8908-20c9d081909b"
UNMANAGED = "cb268ecc-8809-11e3-a7e2-20c9d081909b"

MODULES = {
    "DiskAccessor": "accessor.disk",
    "StandardStructure": "structure.standard",
    "IdStructure": "structure.id",
    "EntityIdStructure": "structure.entity_id",
    "OriginStructure": "structure.origin",
    "ResourceIdentifierTransformer": "resource_identifier_transformer.base",
}


def file_is_described_by_its_disk(client: Client, session: Session) -> None:
    # Section 9, create_component.
    component = session.create_component(str(_file(client, "plate.tar.gz", b"12345")), location=None)
    assert component.entity_type == "FileComponent"
    assert (component["name"], component["size"], component["file_type"]) == ("main", 5, ".gz")
    assert client.server.operations == []
    given = session.create_component("/nowhere/x", {"name": "a", "size": 7, "file_type": ".foo"}, location=None)
    assert (given["name"], given["size"], given["file_type"]) == ("a", 7, ".foo")
    missing = session.create_component("/nowhere/x", location=None)
    assert (missing["size"], missing["file_type"]) == (0, "")
    session.rollback()


def values_of_the_caller(client: Client, session: Session) -> None:
    # Section 9, create_component.
    data = {"name": "mine"}
    session.create_component("/nowhere/x.exr", data, location=None)
    assert (len(data) > 1) is client.expect(original=True, ours=False)
    session.rollback()


def sequence_has_its_frames(client: Client, session: Session) -> None:
    # Section 9, create_component; protocol section 8.3.
    for number in (1, 2, 5):
        _file(client, f"shot.{number:04d}.dpx", b"x" * number)
    path = f"{client.folder}/shot.%04d.dpx [1-2, 5, 7]"
    component = session.create_component(path, location=None)
    assert component.entity_type == "SequenceComponent"
    assert (component["padding"], component["file_type"], component["size"]) == (4, ".dpx", 8)
    members = [(each["name"], each["size"], each["file_type"]) for each in component["members"]]
    assert members == [("0001", 1, ".dpx"), ("0002", 2, ".dpx"), ("0005", 5, ".dpx"), ("0007", 0, ".dpx")]
    assert {each.entity_type for each in component["members"]} == {"FileComponent"}
    assert component["members"][0]["container"] == component
    session.commit()
    stored = client.server.rows(f"select name from FileComponent where container_id is {component['id']}")
    assert sorted(row["name"] for row in stored) == ["0001", "0002", "0005", "0007"]


def frames_on_the_wire(client: Client, session: Session) -> None:
    # Protocol section 8.3.
    session.create_component("/nowhere/shot.%d.dpx [9-11]", location=None)
    client.server.clear()
    session.commit()
    updates = [each for each in client.server.operations if each["action"] == "update"]
    assert bool(updates) is client.expect(original=True, ours=False)
    assert client.server.actions.count("create FileComponent") == 3


def size_of_a_sequence_is_divided(client: Client, session: Session) -> None:
    # Section 9, create_component.
    component = session.create_component("/nowhere/shot.%04d.dpx [1-3]", {"size": 1000}, location=None)
    assert component["size"] == 1000
    assert [each["size"] for each in component["members"]] == [333, 333, 333]
    session.rollback()


def text_that_is_no_sequence(client: Client, session: Session) -> None:
    # Section 9, create_component.
    for path in ("/nowhere/mytest.%4d.foo.bar", "/nowhere/x.%04d.exr", "/nowhere/x [1-3].exr"):
        component = session.create_component(path, location=None)
        assert component.entity_type == "FileComponent"
    session.rollback()


def origin_remembers_where_data_lies(client: Client, session: Session) -> None:
    # Section 16, OriginLocationMixin.
    path = str(_file(client, "plate.exr"))
    component = session.create_component(path, location=None)
    origin = session.get("Location", ORIGIN)
    assert origin.get_resource_identifier(component) == path
    assert origin.get_filesystem_path(component) == path
    assert origin.get_component_availability(component) == 0.0
    assert client.server.actions.count("create ComponentLocation") == 0
    session.rollback()


def locations_are_picked_by_priority(client: Client, session: Session) -> None:
    # Section 9, pick_location; protocol section 8.1.
    assert session.pick_location()["id"] == UNMANAGED
    location = _disk(client, session, priority=5)
    location.structure = _class(client, "EntityIdStructure")()
    assert session.pick_location()["id"] == location["id"]
    component = session.create_component(str(_file(client, "plate.exr")), location="auto")
    assert session.pick_location(component)["id"] == location["id"]
    nowhere = session.create_component(str(_file(client, "other.exr")), location=None)
    session.commit()
    assert session.pick_location(nowhere) is None
    assert [each and each["id"] for each in session.pick_locations([nowhere, component])] == [None, location["id"]]


def reviewable_goes_to_the_review_location(client: Client, session: Session) -> None:
    # Section 9, create_component; protocol section 8.3.
    path = str(_file(client, "movie.mp4"))
    component = session.create_component(path, {"name": "ftrackreview-mp4"}, location="auto")
    (row,) = _places(client, component)
    assert (row["location_id"], row["resource_identifier"]) == (REVIEW, path)


def unmanaged_data_stays_where_it_is(client: Client, session: Session) -> None:
    # Section 16, UnmanagedLocationMixin.
    path = _file(client, "plate.exr")
    unmanaged = session.get("Location", UNMANAGED)
    component = session.create_component(str(path), location=unmanaged)
    (row,) = _places(client, component)
    assert (row["location_id"], row["resource_identifier"]) == (UNMANAGED, str(path))
    assert unmanaged.get_filesystem_path(component) == str(path)
    unmanaged.remove_component(component)
    assert _places(client, component) == []
    assert path.exists()


def standard_structure_on_a_disk(client: Client, session: Session) -> None:
    # Sections 16 and 24; protocol section 8.4.
    location, version = _disk(client, session), _version(client, session, "Main Asset")
    component = version.create_component(str(_file(client, "plate.exr", b"abc")), {"name": "björn!"}, location)
    (row,) = _places(client, component)
    assert row["resource_identifier"].endswith("/sh010/main_asset/v001/bjorn_.exr")
    path = Path(location.get_filesystem_path(component))
    assert path.read_bytes() == b"abc"
    assert path == client.folder / "store" / row["resource_identifier"]


def sequence_on_a_disk(client: Client, session: Session) -> None:
    # Sections 16 and 24; protocol section 8.4.
    location, version = _disk(client, session), _version(client, session, "asset")
    for number in range(1, 4):
        _file(client, f"x.{number:04d}.jpg", b"%d" % number)
    path = f"{client.folder}/x.%04d.jpg [1-3]"
    component = version.create_component(path, {"name": "baz"}, location)
    assert location.get_resource_identifier(component).endswith("/v001/baz.%04d.jpg")
    names = [Path(found).name for found in location.get_filesystem_paths(list(component["members"]))]
    assert sorted(names) == ["baz.0001.jpg", "baz.0002.jpg", "baz.0003.jpg"]
    assert location.get_component_availability(component) == 100.0
    location.remove_component(component["members"][0])
    del component["component_locations"]
    assert round(_fresh(client, component, location), 6) == round(200 / 3, 6)


def identifiers_of_the_id_structure(client: Client, session: Session) -> None:
    # Section 24; protocol section 8.4.
    structure = _class(client, "IdStructure")("path")
    file = session.create_component("/nowhere/x.png", location=None)
    spread = f"path/{'/'.join(file['id'][:4])}/{file['id'][4:]}"
    assert structure.get_resource_identifier(file) == f"{spread}.png"
    sequence = session.create_component("/nowhere/x.%04d.png [1-2]", location=None)
    folder = f"path/{'/'.join(sequence['id'][:4])}/{sequence['id'][4:]}"
    assert structure.get_resource_identifier(sequence) == f"{folder}/file.%04d.png"
    assert structure.get_resource_identifier(sequence["members"][0]) == f"{folder}/file.0001.png"
    with raised(NotImplementedError):
        structure.get_resource_identifier(session.query("User").first())
    session.rollback()


def plain_structures(client: Client, session: Session) -> None:
    # Section 24.
    component = session.create_component("/nowhere/x.png", location=None)
    assert _class(client, "EntityIdStructure")().get_resource_identifier(component) == component["id"]
    origin = _class(client, "OriginStructure")()
    assert origin.get_resource_identifier(component, {"source_resource_identifier": "a/b"}) == "a/b"
    with raised(ValueError):
        origin.get_resource_identifier(component, {})
    session.rollback()


def names_in_the_standard_structure(client: Client, session: Session) -> None:
    # Section 24, StandardStructure.
    version = _version(client, session, "my_ne!!!!w_asset")
    made: dict[str, str] = {}
    for name in ("björn", "björn!", "åäö", "fo/o", "Foo.Bar-1"):
        component = version.create_component("/nowhere/x.png", {"name": name})
        found = _class(client, "StandardStructure")().get_resource_identifier(component)
        assert "/my_ne____w_asset/v001/" in found
        made[name] = found.rpartition("/")[2]
    assert made == {
        "björn": "bjorn.png",
        "björn!": "bjorn_.png",
        "åäö": "aao.png",
        "fo/o": "fo_o.png",
        "Foo.Bar-1": "foo.bar-1.png",
    }
    assert _class(client, "StandardStructure")().sanitise_for_filesystem("A b/ç") == "a_b_c"
    component = version.create_component("/nowhere/x.png", {"name": "fo/o"})
    untouched = _class(client, "StandardStructure")(illegal_character_substitute=None)
    assert untouched.get_resource_identifier(component).endswith("/my_ne!!!!w_asset/v001/fo/o.png")
    hat = _class(client, "StandardStructure")(illegal_character_substitute="^")
    assert hat.get_resource_identifier(component).endswith("/my_ne^^^^w_asset/v001/fo^o.png")
    session.rollback()


def version_without_a_number_has_no_place(client: Client, session: Session) -> None:
    # Section 24, StandardStructure.
    structure = _class(client, "StandardStructure")()
    alone = session.create_component("/nowhere/x.png", location=None)
    with raised(client.error("StructureError")):
        structure.get_resource_identifier(alone)
    version = session.create("AssetVersion", {"asset": _version(client, session, "asset")["asset"]})
    component = version.create_component("/nowhere/x.png")
    with raised(client.error("StructureError")):
        structure.get_resource_identifier(component)
    session.rollback()


def name_of_no_letters(client: Client, session: Session) -> None:
    # Section 24, StandardStructure, leaves this open.
    version = _version(client, session, "asset")
    structure = _class(client, "StandardStructure")()
    first, second = (version.create_component("/nowhere/x.png", {"name": name}) for name in ("日本", "中国"))
    same = structure.get_resource_identifier(first) == structure.get_resource_identifier(second)
    assert same is client.expect(original=True, ours=False)
    session.rollback()


def component_that_is_there_already(client: Client, session: Session) -> None:
    # Section 16, add_component.
    location, version = _disk(client, session), _version(client, session, "asset")
    component = version.create_component(str(_file(client, "plate.exr")), location=location)
    origin = session.get("Location", ORIGIN)
    with raised(client.error("ComponentInLocationError")):
        location.add_component(component, origin)


def nothing_is_overwritten(client: Client, session: Session) -> None:
    # Section 16, add_component.
    location, version = _disk(client, session), _version(client, session, "asset")
    version.create_component(str(_file(client, "a.exr", b"first")), location=location)
    second = version.create_component(str(_file(client, "b.exr", b"second")))
    with raised(client.error("LocationError")):
        location.add_component(second, session.get("Location", ORIGIN))
    assert [path.read_bytes() for path in (client.folder / "store").rglob("*.exr")] == [b"first"]


def failure_among_several(client: Client, session: Session) -> None:
    # Section 16, add_components: which data stays is left open.
    location, version = _disk(client, session), _version(client, session, "asset")
    first = version.create_component(str(_file(client, "a.exr")), {"name": "a"})
    second = version.create_component("/nowhere/b.exr", {"name": "b"})
    with raised(client.error("LocationError")):
        location.add_components([first, second], session.get("Location", ORIGIN))
    copied = list((client.folder / "store").rglob("*.exr"))
    assert bool(copied) is client.expect(original=True, ours=False)
    session.rollback()


def sources_are_counted_first(client: Client, session: Session) -> None:
    # Section 16, add_components.
    location = _disk(client, session)
    component = session.create_component("/nowhere/x.exr", location=None)
    location.structure = None
    with raised(ValueError):
        location.add_components([component], [location, location])
    with raised(client.error("LocationError")):
        location.add_components([], [location])
    session.rollback()


def location_that_is_not_set_up(client: Client, session: Session) -> None:
    # Section 16.
    location = session.create("Location", {"name": unique("location")})
    assert not location.accessor
    assert (location.accessor is client.not_set) is client.expect(original=True, ours=False)
    assert location.priority == 95
    location.structure = _class(client, "EntityIdStructure")()
    component = session.create_component(str(_file(client, "x.exr")), location=None)
    with raised(client.error("LocationError")):
        location.add_component(component, session.get("Location", ORIGIN))
    session.rollback()


def component_that_is_not_there(client: Client, session: Session) -> None:
    # Section 16.
    location = _disk(client, session)
    component = session.create_component("/nowhere/x.exr", location=None)
    session.commit()
    missing = client.error("ComponentNotInLocationError")
    for ask in (location.get_resource_identifier, location.get_filesystem_path, location.remove_component):
        with raised(missing):
            ask(component)


def availability_says_what_is_where(client: Client, session: Session) -> None:
    # Section 9, get_component_availability.
    location, version = _disk(client, session), _version(client, session, "asset")
    component = version.create_component(str(_file(client, "plate.exr")), location=location)
    found = session.get_component_availability(component, locations=[location, session.get("Location", SERVER)])
    assert found == {location["id"]: 100.0, SERVER: 0.0}
    assert set(component.get_availability()) >= {ORIGIN, SERVER, UNMANAGED, location["id"]}
    assert component.get_availability()[ORIGIN] == 0.0


def availability_that_changes_elsewhere(client: Client, session: Session) -> None:
    # Section 9, get_component_availability.
    location, version = _disk(client, session), _version(client, session, "asset")
    component = version.create_component(str(_file(client, "plate.exr")), location=location)
    assert location.get_component_availability(component) == 100.0
    (row,) = _places(client, component)
    client.server.remove("ComponentLocation", row["id"])
    assert location.get_component_availability(component) == 0.0


def transformer_stands_between(client: Client, session: Session) -> None:
    # Sections 16 and 24.
    location, version = _disk(client, session), _version(client, session, "asset")
    seen: list[Any] = []

    class Marked(_class(client, "ResourceIdentifierTransformer")):  # type: ignore[misc]
        def encode(self, resource_identifier: str, context: Any = None) -> str:
            seen.append(context["component"])
            return f"mark:{resource_identifier}"

        def decode(self, resource_identifier: str, context: Any = None) -> str:
            return resource_identifier.removeprefix("mark:")

    location.resource_identifier_transformer = Marked(session)
    component = version.create_component(str(_file(client, "plate.exr")), location=location)
    (row,) = _places(client, component)
    assert row["resource_identifier"].startswith("mark:")
    assert seen == [component]
    assert Path(location.get_filesystem_path(component)).exists()


def thumbnail_is_uploaded(client: Client, session: Session) -> None:
    # Section 15, CreateThumbnailMixin.
    version = _version(client, session, "asset")
    component = version.create_thumbnail(str(_file(client, "still.png", b"no picture")))
    assert component["name"] == "thumbnail"
    (row,) = client.server.rows(f"select thumbnail_id from AssetVersion where id is {version['id']}")
    assert row["thumbnail_id"] == component["id"]
    (place,) = _places(client, component)
    assert (place["location_id"], place["resource_identifier"]) == (SERVER, component["id"])


def component_of_a_version(client: Client, session: Session) -> None:
    # Section 15, AssetVersion.
    version = _version(client, session, "asset")
    component = version.create_component("/nowhere/x.exr", {"version_id": "something else"})
    assert component["version"] is version
    session.commit()
    assert _places(client, component) == []


def data_on_the_server(client: Client, session: Session) -> None:
    # Section 23, ServerFile; protocol sections 6.1 and 6.3.
    server = session.get("Location", SERVER)
    component = session.create_component(str(_file(client, "x.bin", b"data")), location=server)
    data = server.accessor.open(component["id"], "rb")
    assert data.read() == b"data"
    data.close()
    server.remove_component(component)
    gone = client.error(original="AccessorOperationFailedError", ours="AccessorResourceNotFoundError")
    with contextlib.closing(server.accessor.open(component["id"], "rb")) as data, raised(gone):
        data.read()


def address_of_data_on_the_server(client: Client, session: Session) -> None:
    # Protocol section 6.3 says what addresses hold.
    server = session.get("Location", SERVER)
    component = session.create_component(str(_file(client, "x.bin", b"data")), location=server)
    assert component["id"] in server.get_url(component)
    assert (client.server.key in server.get_url(component)) is client.expect(original=True, ours=False)


def paths_of_the_disk_accessor(client: Client, session: Session) -> None:
    # Section 23, DiskAccessor.
    prefix = client.folder / "disk"
    prefix.mkdir()
    accessor = _class(client, "DiskAccessor")(str(prefix))
    assert accessor.get_filesystem_path("") == str(prefix)
    assert accessor.get_filesystem_path("a/../b") == str(prefix / "b")
    assert accessor.get_filesystem_path(str(prefix / "b")) == str(prefix / "b")
    for outside in ("../b", "/etc/passwd"):
        with raised(client.error("AccessorFilesystemPathError")):
            accessor.get_filesystem_path(outside)
    assert accessor.get_container("test") == ""
    assert accessor.get_container("a/b") == "a"
    for nothing in ("", str(prefix)):
        with raised(client.error("AccessorParentResourceNotFoundError")):
            accessor.get_container(nothing)


def path_beside_the_prefix(client: Client, session: Session) -> None:
    # Section 23, DiskAccessor: a plain string prefix.
    accessor = _class(client, "DiskAccessor")(str(client.folder / "disk"))
    beside = str(client.folder / "disk-2" / "x")
    try:
        accessor.get_filesystem_path(beside)
        refused = False
    except client.error("AccessorFilesystemPathError"):
        refused = True
    assert refused is client.expect(original=False, ours=True)


def files_of_the_disk_accessor(client: Client, session: Session) -> None:
    # Section 23, DiskAccessor.
    prefix = client.folder / "disk"
    prefix.mkdir()
    accessor = _class(client, "DiskAccessor")(str(prefix))
    accessor.make_container("a/b")
    accessor.make_container("a/b")
    data = accessor.open("a/b/c", "wb")
    data.write(b"content")
    data.close()
    assert accessor.list("a") == [os.path.join("a", "b")]
    assert (accessor.exists("a/b/c"), accessor.is_file("a/b/c"), accessor.is_container("a/b")) == (True, True, True)
    assert (accessor.exists("x"), accessor.is_file("a"), accessor.is_container("x")) == (False, False, False)
    with raised(client.error("AccessorUnsupportedOperationError")):
        accessor.is_sequence("a")
    with raised(client.error("AccessorResourceNotFoundError")):
        accessor.open("nothing", "rb")
    with raised(client.error("AccessorResourceNotFoundError")):
        accessor.remove("nothing")
    with raised(client.error("AccessorContainerNotEmptyError")):
        accessor.remove("a")
    with raised(client.error("AccessorParentResourceNotFoundError")):
        accessor.make_container("x/y", recursive=False)
    accessor.remove("a/b/c")
    accessor.remove("a/b")
    assert accessor.list("a") == []


def _file(client: Client, name: str, content: bytes = b"pixels") -> Path:
    path = client.folder / name
    path.write_bytes(content)
    return path


def _class(client: Client, name: str) -> Any:
    module = "ftrack_typed.files" if client.is_ours else f"ftrack_api.{MODULES[name]}"
    return getattr(importlib.import_module(module), name)


def _disk(client: Client, session: Session, priority: int = 10) -> Entity:
    folder = client.folder / "store"
    folder.mkdir()
    location = session.create("Location", {"name": unique("location")})
    session.commit()
    location.accessor = _class(client, "DiskAccessor")(str(folder))
    location.structure = _class(client, "StandardStructure")()
    location.priority = priority
    return location


def _version(client: Client, session: Session, name: str) -> Entity:
    production = client.server.production(0)
    asset = session.create("Asset", {"name": name, "context_id": production.shot})
    version = session.create("AssetVersion", {"asset": asset})
    session.commit()
    return version


def _places(client: Client, component: Entity) -> list[dict[str, Any]]:
    text = f"select location_id, resource_identifier from ComponentLocation where component_id is {component['id']}"
    return client.server.rows(text)


def _fresh(client: Client, component: Entity, location: Entity) -> float:
    """Return how much of *component* is in *location*, with nothing remembered."""
    session = client.open()
    try:
        found = session.get(component.entity_type, component["id"])
        available: float = found.get_availability([session.get("Location", location["id"])])[location["id"]]
    finally:
        session.close()
    return available
