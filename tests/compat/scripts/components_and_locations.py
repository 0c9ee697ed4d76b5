"""Publishes files and sequences: to the server, and to a location on disk that a plugin sets up."""

import os
import shutil
import tempfile

import ftrack_api
import ftrack_api.accessor.disk
import ftrack_api.structure.standard

folder = tempfile.mkdtemp()
prefix = tempfile.mkdtemp()


def write(name, content):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def below(path):
    return os.path.relpath(path, prefix).replace(os.sep, "/")


session = ftrack_api.Session(plugin_paths=[])
location = session.ensure("Location", {"name": "example.disk"})
location.accessor = ftrack_api.accessor.disk.DiskAccessor(prefix=prefix)
location.structure = ftrack_api.structure.standard.StandardStructure()
location.priority = 10
server = session.query('Location where name is "ftrack.server"').one()
print(session.pick_location()["name"], server["name"], isinstance(location, ftrack_api.entity.location.Location))

shot = session.query('Shot where name is "sq020_sh020"').one()
asset_type = session.query('AssetType where name is "Render"').one()
asset = session.create("Asset", {"name": "comp out", "type": asset_type, "parent": shot})
version = session.create("AssetVersion", {"asset": asset, "comment": "with files"})
session.commit()

single = version.create_component(write("movie.mov", b"m" * 2000), {"name": "main"}, location=location)
for frame in range(1, 4):
    write("plate.{0:04d}.exr".format(frame), b"f" * frame * 100)
sequence = version.create_component(
    os.path.join(folder, "plate.%04d.exr [1-3]"), data={"name": "plate"}, location=location
)
print(single.entity_type, single["name"], single["file_type"], single["size"])
print(sequence.entity_type, sequence["padding"], sequence["size"], sorted(m["name"] for m in sequence["members"]))
print(below(location.get_filesystem_path(single)))
print(below(location.get_filesystem_path(sequence)))
print(sorted(below(path) for path in location.get_filesystem_paths(list(sequence["members"]))))
print(location.get_component_availability(sequence), server.get_component_availability(sequence))

try:
    location.add_component(single, session.get("Location", ftrack_api.symbol.ORIGIN_LOCATION_ID))
except ftrack_api.exception.ComponentInLocationError as error:
    print("there already:", isinstance(error, ftrack_api.exception.LocationError))

server.add_component(single, location)
print(sorted(session.get_component_availability(single, [location, server]).values()))
with open(os.path.join(folder, "back"), "wb") as file:
    file.write(server.accessor.open(server.get_resource_identifier(single), "rb").read())
print(os.path.getsize(os.path.join(folder, "back")))

location.remove_component(sequence)
print(location.get_component_availability(sequence), os.path.exists(location.get_filesystem_path(single)))
try:
    location.get_filesystem_path(sequence)
except ftrack_api.exception.ComponentNotInLocationError:
    print("not there")
try:
    location.accessor.open("no/such/file", "rb")
except ftrack_api.exception.AccessorResourceNotFoundError:
    print("no such file")

thumbnail = version.create_thumbnail(write("thumbnail.jpg", b"no picture"))
print(thumbnail["name"], thumbnail["file_type"], version["thumbnail_id"] == thumbnail["id"])
fresh = ftrack_api.Session(plugin_paths=[])
found = fresh.query(
    'select components.name, components.file_type, components.size from AssetVersion where id is "{0}"'.format(
        version["id"]
    )
).one()
print(sorted((component["name"], component["file_type"], component["size"]) for component in found["components"]))
for each in (session, fresh):
    each.close()
shutil.rmtree(folder)
shutil.rmtree(prefix)
