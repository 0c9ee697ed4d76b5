"""Makes a whole sequence of shots and tasks, once by entities and once by raw operations."""

import collections
import uuid

import ftrack_api
from ftrack_api.operation import CreateEntityOperation, DeleteEntityOperation, UpdateEntityOperation

session = ftrack_api.Session()
project = session.query('Project where name is "demo"').one()
schema = project["project_schema"]
task_types = {each["name"]: each for each in schema.get_types("Task")}
status = schema.get_statuses("Shot")[0]
print(sorted(task_types)[:4], status["name"])

sequence = session.create("Sequence", {"name": "sq900", "parent": project})
for number in range(10, 60, 10):
    shot = session.create("Shot", {"name": "sh{0:03d}".format(number), "parent": sequence, "status": status})
    for name in ("Animation", "Lighting"):
        session.create(
            "Task", {"name": name.lower(), "parent": shot, "type": task_types[name], "bid": 8 * 3600, "nonsense": 1}
        )
print("created", len(session.created), "operations", len(session.recorded_operations) >= len(session.created))
with session.auto_populating(False):
    print(shot["status"]["name"], shot["end_date"] is ftrack_api.symbol.NOT_SET)
session.commit()
print("created", len(session.created))

shot_type = session.query('ObjectType where name is "Shot"').one()
names = ["raw{0:02d}".format(number) for number in range(4)]
identifiers = {}
for name in names:
    identifiers[name] = str(uuid.uuid4())
    session.recorded_operations.push(
        CreateEntityOperation(
            "Shot",
            collections.OrderedDict([("id", identifiers[name])]),
            {"id": identifiers[name], "name": name, "parent_id": sequence["id"], "project_id": project["id"]},
        )
    )
session.commit()
for name in names[:2]:
    session.recorded_operations.push(
        UpdateEntityOperation(
            "Shot", collections.OrderedDict(id=identifiers[name]), "description", ftrack_api.symbol.NOT_SET, "raw"
        )
    )
session.recorded_operations.push(DeleteEntityOperation("Shot", collections.OrderedDict(id=identifiers["raw03"])))
session.commit()

session.reset()
children = session.query(
    'select name, description, children.name, object_type.name from Shot where parent.name is "sq900" order by name'
)
for child in children:
    print(child["name"], repr(child["description"]), [task["name"] for task in child["children"]].__len__())
print(children[0]["object_type"]["name"] == shot_type["name"], len(children))
bids = session.query('select bid from Task where parent.parent.name is "sq900"').all()
print(sum(task["bid"] for task in bids) / 3600)

batch = [
    {"action": "query", "expression": 'select name from Shot where parent.name is "sq900" order by name limit 2'},
    {"action": "query", "expression": 'select id, name from Sequence where name is "sq900"'},
]
results = session.call(batch)
print([len(result["data"]) for result in results], [row["name"] for row in results[0]["data"]])

for task in session.query('Task where parent.parent.name is "sq900"'):
    session.delete(task)
session.commit()
for shot in session.query('Shot where parent.name is "sq900"').all():
    session.delete(shot)
session.delete(session.query('Sequence where name is "sq900"').one())
session.commit()
print(session.query('Shot where parent.name is "sq900"').all())
session.close()
