"""Writes a production sheet to ftrack with one commit, raw operations where that is faster, and reads it back."""

import copy
import csv
import datetime
import io
import json

import ftrack_api
import ftrack_api.operation
from ftrack_api.symbol import NOT_SET

SHEET = """task,bid,start,end,priority,note
animation,16,2031-02-03,2031-02-10,High,Übergabe
lighting,8,2031-02-10,2031-02-12,Low,
compositing,4.5,,,Medium,final "comp"
"""


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d") if text else None


session = ftrack_api.Session()
shot = session.query('Shot where name is "sq010_sh020"').one()
tasks = {
    task["name"]: task
    for task in session.query(
        'select name, bid, start_date, end_date, priority.name, status.name from Task where parent.id is "{}"'.format(
            shot["id"]
        )
    )
}
print(sorted(tasks))
priorities = {each["name"]: each for each in session.query("Priority")}
rows = list(csv.DictReader(io.StringIO(SHEET)))
for row in rows:
    task = tasks.get(row["task"])
    if task is None:
        task = tasks[row["task"]] = session.create("Task", {"name": row["task"], "parent": shot})
    task["bid"] = float(row["bid"]) * 3600
    task["start_date"], task["end_date"] = moment(row["start"]), moment(row["end"])
    task["priority"] = priorities[row["priority"]]
    if row["note"]:
        task["description"] = row["note"]
print(len(session.recorded_operations) > 0, len(session.modified) + len(session.created))
session.commit()
print(len(session.recorded_operations))

other = ftrack_api.Session()
for name in sorted(tasks):
    task = other.get("Task", tasks[name]["id"])
    other.populate(task, "name, bid, start_date, end_date, priority.name, description")
    start = task["start_date"]
    print(name, task["bid"], start and start.strftime("%Y-%m-%d"), task["priority"]["name"], task["description"])
    print(start and (task["end_date"] - start).days, task["end_date"] and task["end_date"].isoformat()[:10])

first = tasks["lighting"]
other.recorded_operations.push(
    ftrack_api.operation.UpdateEntityOperation("Task", {"id": first["id"]}, "bid", NOT_SET, 7200)
)
key = {"id": "c0ffee00-0000-4000-8000-00000000beef"}
other.recorded_operations.push(
    ftrack_api.operation.CreateEntityOperation(
        "Timelog",
        key,
        {
            "id": key["id"],
            "duration": 600,
            "user_id": other.query('User where username is "{}"'.format(other.api_user)).one()["id"],
            "context_id": first["id"],
        },
    )
)
print([type(each).__name__ for each in other.recorded_operations])
other.commit()
session.populate(first, "bid, time_logged")
print("stale until reset", first["bid"], first["time_logged"])
session.reset()
first = session.get("Task", first["id"])
print(first["bid"], first["time_logged"], first["bid_time_logged_difference"])
other.recorded_operations.push(ftrack_api.operation.DeleteEntityOperation("Timelog", key))
other.commit()
print(session.query('Timelog where id is "{}"'.format(key["id"])).first())

first["metadata"]["sheet"] = "row 2"
first["metadata"]["by"] = "sync"
session.commit()
again = ftrack_api.Session().get("Task", first["id"])
print(
    sorted(again["metadata"].items()),
    "sheet" in again["metadata"],
    len(again["metadata"]),
    again["metadata"].keys() == list(again["metadata"].keys()),
)
copied = copy.copy(again["metadata"])
copied["by"] = "nobody"
print(again["metadata"]["by"], copied["by"])
del first["metadata"]["by"]
first["metadata"].update({"more": "x"})
session.commit()
print(
    sorted(
        session.query('select metadata.key, metadata.value from Task where id is "{}"'.format(first["id"]))
        .one()["metadata"]
        .items()
    )
)
first["bid"] = 1
print(first["bid"])
session.rollback()
print(first["bid"], json.loads(session.encode({"a": [1, None, "é"]}))["a"])
decoded = session.decode(session.encode([first], entity_attribute_strategy="persisted_only"))
print(type(decoded).__name__, decoded[0].entity_type, decoded[0]["id"] == first["id"])
