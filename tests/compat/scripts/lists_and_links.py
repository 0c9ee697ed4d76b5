"""Makes lists for dailies, fills them, and links entities with each other."""

import ftrack_api
from ftrack_api.symbol import NOT_SET

session = ftrack_api.Session()
project = session.query('Project where name is "demo"').one()
category = session.query('ListCategory where name is "Dailies"').one()
shots = sorted(
    session.query('Shot where project_id is "{0}"'.format(project["id"])).all(),
    key=lambda shot: (shot["parent"]["name"], shot["name"]),
)

dailies = session.create(
    "TypedContextList", {"name": "Dailies 2026-02-02", "project": project, "category": category, "owner": None}
)
for shot in shots[:4]:
    dailies["items"].append(shot)
session.commit()
print(dailies["name"], len(dailies["items"]), [shot["name"] for shot in dailies["items"]])

try:
    dailies["items"].append(shots[0])
except ftrack_api.exception.DuplicateItemInCollectionError as error:
    print("twice:", isinstance(error, ftrack_api.exception.CollectionError))

dailies["items"].remove(shots[1])
dailies["items"].append(shots[5])
session.commit()
other = ftrack_api.Session()
found = other.query('TypedContextList where name is "Dailies 2026-02-02"').one()
print(sorted((s["parent"]["name"], s["name"]) for s in found["items"]))
print(shots[5] in dailies["items"], shots[1] in dailies["items"], dailies["items"][0] is shots[0])
print(found["category"]["name"], found["project"]["name"], found["system_type"])

version_list = other.query("AssetVersionList").first()
print(version_list["name"], sorted(version["asset"]["name"] for version in version_list["items"]))

first, second = [session.query("Task where parent.id is {0}".format(s["id"])).first() for s in shots[:2]]
link = session.create("TypedContextLink", {"from": first, "to": second})
session.commit()
row = other.query('select from.name, to.name from TypedContextLink where id is "{0}"'.format(link["id"])).one()
print(row["from"]["id"] == first["id"], row["to"]["id"] == second["id"])
print([each["to"]["id"] == second["id"] for each in first["outgoing_links"]])
session.populate([first, second], "outgoing_links, incoming_links")
print(len(first["outgoing_links"]), len(second["incoming_links"]), second["outgoing_links"] is NOT_SET)

dailies["items"] = []
session.commit()
other.reset()
print(len(other.query('TypedContextList where name is "Dailies 2026-02-02"').one()["items"]))
session.delete(link)
session.delete(dailies)
session.commit()
print(session.query('TypedContextList where name is "Dailies 2026-02-02"').first())
session.close()
other.close()
