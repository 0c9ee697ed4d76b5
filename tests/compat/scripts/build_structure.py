"""Builds a folder structure from a nested description, as project set-up tools do, and checks what is there first."""

import collections
import operator

import ftrack_api
import ftrack_api.inspection
import ftrack_api.symbol

STRUCTURE = [
    ("Folder", "assets", [("AssetBuild", "robot", [("Task", "modeling", []), ("Task", "rigging", [])])]),
    (
        "Folder",
        "shots",
        [("Sequence", "zz", [("Shot", "zz_010", [("Task", "animation", [])]), ("Shot", "zz_020", [])])],
    ),
]


def build(session, parent, items, made):
    schema = parent["project"]["project_schema"] if "project" in parent else parent["project_schema"]
    for entity_type, name, below in items:
        existing = session.query(
            '{0} where name is "{1}" and parent.id is "{2}"'.format(entity_type, name, parent["id"])
        ).first()
        if existing is None:
            types = (
                {each["name"]: each for each in schema.get_types(entity_type)}
                if entity_type in ("Task", "Shot")
                else {}
            )
            data = {"name": name, "parent": parent}
            found = [types[key] for key in sorted(types) if key.lower() == name]
            if found:
                data["type"] = found[0]
            existing = session.create(entity_type, data)
            made[entity_type] += 1
            session.commit()
        build(session, existing, below, made)


session = ftrack_api.Session(auto_connect_event_hub=False)
project = session.query('Project where name is "demo"').one()
for _ in range(2):
    made = collections.Counter()
    build(session, project, STRUCTURE, made)
    print(sorted(made.items()))

schema = project["project_schema"]
for entity_type in ("Task", "AssetVersion", "Shot"):
    print(entity_type, sorted(status["name"] for status in schema.get_statuses(entity_type)))
for entity_type in ("Task", "Shot"):
    print(entity_type, sorted(each["name"] for each in schema.get_types(entity_type))[:5])
for wrong in ("Nothing", "Note"):
    try:
        schema.get_statuses(wrong)
    except ValueError as error:
        print("ValueError", wrong in str(error))

session.reset()
project = session.query(
    'select children.name, children[TypedContext].object_type.name from Project where name is "demo"'
).one()
names = sorted((child["object_type"]["name"], child["name"]) for child in project["children"])
print(names)
robot = session.query('AssetBuild where name is "robot"').one()
print([item["name"] for item in robot["link"]], [item["type"] for item in robot["link"]])
print(sorted(each["name"] for each in robot["ancestors"]), sorted(each["name"] for each in robot["descendants"]))
print(sorted(task["type"]["name"] for task in robot["children"]))
print(ftrack_api.inspection.identity(robot)[0], ftrack_api.inspection.state(robot) is ftrack_api.symbol.NOT_SET)
moved = session.query('Shot where name is "zz_020"').one()
moved["parent"] = session.query('Folder where name is "shots"').one()
moved["name"] = "zz_020_moved"
print(ftrack_api.inspection.state(moved).name, sorted(state.name for state in ftrack_api.inspection.states([moved])))
print(len(session.modified), len(session.created), len(session.deleted))
session.commit()
print([item["name"] for item in session.get("Shot", moved["id"])["link"]])
try:
    session.create("Shot", {"name": "zz_010", "parent": session.query('Sequence where name is "zz"').one()})
    session.commit()
except ftrack_api.exception.ServerError as error:
    print("refused", "zz_010" in str(error))
    session.rollback()
print(len(session.recorded_operations))
for folder in session.query('Folder where name in ("assets", "shots")').all():
    session.delete(folder)
session.commit()
print(
    session.query('AssetBuild where name is "robot"').first(), len(session.query('Shot where name like "zz_%"').all())
)
print(sorted(session.types.keys())[:4], operator.contains(session.types, "Shot"))
print(
    session.types["Shot"].entity_type,
    list(session.types["Shot"].primary_key_attributes),
    list(session.types["Shot"].default_projections),
)
