"""Registers a studio's own location by an event, and publishes files and frames to it."""

import os
import shutil
import tempfile

import ftrack_api
import ftrack_api.accessor.disk
import ftrack_api.entity.location
import ftrack_api.structure.id
import ftrack_api.structure.origin
import ftrack_api.structure.standard

root = tempfile.mkdtemp()
source = tempfile.mkdtemp()


def configure(event):
    session = event["data"]["session"]
    location = session.ensure("Location", {"name": "studio.disk"})
    location.accessor = ftrack_api.accessor.disk.DiskAccessor(prefix=root)
    location.structure = ftrack_api.structure.standard.StandardStructure()
    location.priority = 5


def relative(path):
    return path.replace(root, "ROOT").replace(source, "SOURCE").replace(os.sep, "/")


first = ftrack_api.Session(plugin_paths=[])
first.event_hub.subscribe("topic=ftrack.api.session.configure-location", configure)
first._configure_locations()
location = first.query('Location where name is "studio.disk"').one()
print(location["name"], location.priority, type(location.accessor).__name__, first.pick_location()["name"])

path = os.path.join(source, "notes.v1.txt")
with open(path, "w") as file:
    file.write("hello")
frames = []
for number in range(1001, 1004):
    frames.append(os.path.join(source, "beauty.{0}.exr".format(number)))
    with open(frames[-1], "w") as file:
        file.write("x" * number)

shot = first.query('Shot where name is "sq030_sh010"').first() or first.query("Shot").first()
asset = first.create(
    "Asset",
    {
        "name": "Disk Füßchen",
        "type": first.query('AssetType where short is "img"').first() or first.query("AssetType").first(),
        "parent": shot,
    },
)
version = first.create("AssetVersion", {"asset": asset, "task": shot["children"][0]})
first.commit()
text = version.create_component(path, data={"name": "notes"}, location="auto")
sequence = version.create_component(
    os.path.join(source, "beauty.%04d.exr [1001-1003]"), data={"name": "beauty"}, location=None
)
print(
    text["file_type"],
    text["size"],
    sequence["padding"],
    sequence["file_type"],
    sequence["size"],
    [member["name"] for member in sequence["members"]],
)
origin = first.query('Location where name is "ftrack.origin"').one()
location.add_component(sequence, source=origin)
print(relative(location.get_filesystem_path(text)))
print(relative(location.get_filesystem_path(sequence)))
print(sorted(relative(location.get_filesystem_path(member)) for member in sequence["members"]))
print(sorted(relative(os.path.join(folder, name)) for folder, _, names in os.walk(root) for name in names))
print(location.get_component_availability(text), sorted(location.get_component_availabilities([text, sequence])))
print(sorted(set(first.get_component_availability(sequence).values())), first.pick_location(sequence)["name"])
print(location.get_resource_identifiers([text]) == [location.get_resource_identifier(text)])
try:
    location.add_component(text, source=origin)
except ftrack_api.exception.ComponentInLocationError as error:
    print("ComponentInLocationError", error.details.get("location") is location if hasattr(error, "details") else None)
container = first.create("ContainerComponent", {"name": "all"})
print(container["members"][:] if container["members"] else [])
identifiers = ftrack_api.structure.id.IdStructure(prefix="p").get_resource_identifier(text)
print(identifiers.startswith("p/"), identifiers.endswith(".txt"), identifiers.count("/"))
structure = ftrack_api.structure.standard.StandardStructure(
    project_versions_prefix="versions", illegal_character_substitute="-"
)
print(structure.get_resource_identifier(text), structure.sanitise_for_filesystem("A b/ç"))
accessor = location.accessor
print(
    accessor.exists("nothing"), accessor.is_file(location.get_resource_identifier(text)), accessor.get_container("a/b")
)
data = accessor.open(location.get_resource_identifier(text), "r")
print(data.read())
data.close()
try:
    accessor.open("no/such/file")
except ftrack_api.exception.AccessorResourceNotFoundError:
    print("AccessorResourceNotFoundError")
try:
    accessor.get_filesystem_path("../outside")
    print("allowed")
except ftrack_api.exception.AccessorFilesystemPathError:
    print("AccessorFilesystemPathError")
location.remove_component(text)
print(location.get_component_availability(text), os.path.exists(os.path.join(root, "x")))
try:
    location.get_filesystem_path(text)
except ftrack_api.exception.ComponentNotInLocationError:
    print("ComponentNotInLocationError")
second = ftrack_api.Session(plugin_paths=[])
stranger = second.query('Location where name is "studio.disk"').one()
print(bool(stranger.accessor), stranger.priority)
component = second.get("SequenceComponent", sequence["id"])
print(sorted(each["location"]["name"] for each in component["component_locations"]))
first.delete(asset)
first.commit()
for each in first.query('ComponentLocation where location_id is "{0}"'.format(location["id"])):
    first.delete(each)
first.delete(location)
first.commit()
shutil.rmtree(root)
shutil.rmtree(source)
