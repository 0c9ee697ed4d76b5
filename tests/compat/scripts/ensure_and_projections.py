"""Ensures what a pipeline needs to be there, and loads exactly what it reads."""

import ftrack_api
from ftrack_api.symbol import NOT_SET

session = ftrack_api.Session()
counted = []
original = session.call


def call(data):
    """Count what is sent, as tools do that look for slow code."""
    counted.extend(operation["action"] for operation in data)
    return original(data)


session.call = call

project = session.ensure(
    "Project",
    {
        "name": "ensured",
        "full_name": "Ensured by a script",
        "project_schema_id": session.query("ProjectSchema").first()["id"],
    },
    identifying_keys=["name"],
)
print(project["full_name"], project["status"])
same = session.ensure("Project", {"name": "ensured", "full_name": "Changed"}, identifying_keys=["name"])
print(same is project, same["full_name"])
del counted[:]
session.ensure("Project", {"name": "ensured", "full_name": "Changed"}, identifying_keys=["name"])
print(counted)
for bad in ({}, {"name": "x"}):
    try:
        session.ensure("Project", bad, identifying_keys=["full_name"] if bad else None)
    except (ValueError, KeyError) as error:
        print(type(error).__name__)

tasks = session.query('select id from Task where project.name is "demo"').all()
del counted[:]
session.populate(tasks, "name, status.name, type.name, bid")
print(counted)
with session.auto_populating(False):
    known = sorted((task["name"], task["status"]["name"], task["type"]["name"]) for task in tasks)
    print(len(known), known[0], known[-1])
    print(all(task["description"] is NOT_SET for task in tasks))
print(counted)

result = session.query('select name from Task where project.name is "demo" order by name', page_size=5)
names = [task["name"] for task in result]
print(len(names), names == sorted(names), result[3]["name"], len(result))
print(session.query('select name from Task where project.name is "demo" order by name limit 3').all()[0]["name"])
try:
    session.query("Task limit 2").one()
except ValueError:
    print("one with a limit is refused")
try:
    session.query("Task where nonsense is 1").all()
except ftrack_api.exception.ServerError as error:
    print("server says no:", "nonsense" in str(error))
try:
    session.get("Tsak", "x")
except KeyError:
    print("no such type")
try:
    session.create("Tsak", {})
except ftrack_api.exception.UnrecognisedEntityTypeError:
    print("no such type")
print(session.get("Task", "00000000-0000-0000-0000-000000000000"))
print(ftrack_api.inspection.identity(tasks[0])[0], sorted(ftrack_api.inspection.primary_key(tasks[0])))

session.delete(project)
session.commit()
print(session.query('Project where name is "ensured"').first())
session.close()
