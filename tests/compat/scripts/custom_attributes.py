"""Reads and sets custom attributes and metadata, and writes some as raw operations as sync tools do."""

import collections
import copy

import ftrack_api

session = ftrack_api.Session()
shots = sorted(
    session.query(
        'select name, parent.name, custom_attributes, metadata from Shot where project.name is "demo" '
        'and parent.name is "sq010"'
    ).all(),
    key=lambda entity: entity["name"],
)
for shot in shots:
    values = shot["custom_attributes"]
    print(shot["name"], values["fstart"], values["fend"], values["fps"], sorted(values.keys()))
    print("   ", values["client_due"].strftime("%d.%m.%Y") if values["client_due"] else "no date")

shot = shots[0]
before = shot["custom_attributes"]["handles"]
shot["custom_attributes"]["handles"] = 16
shot["custom_attributes"]["fend"] = shot["custom_attributes"]["fstart"] + 99
session.commit()
print(before, "->", session.query('Shot where id is "{0}"'.format(shot["id"])).one()["custom_attributes"]["handles"])

try:
    shot["custom_attributes"]["no_such_attribute"] = 1
except KeyError as error:
    print("unknown attribute:", isinstance(error, KeyError))
print("fps" in shot["custom_attributes"], shot["custom_attributes"].get("nothing", "default"))

shot["metadata"]["camera"] = "A"
shot["metadata"]["lens"] = "35mm"
session.commit()
kept = copy.copy(shot["metadata"])
shot["metadata"]["lens"] = "50mm"
del shot["metadata"]["camera"]
session.commit()
print(sorted(shot["metadata"].items()), type(shot["metadata"].keys()).__name__)
shot["metadata"] = {"plate": "v003", "turnover": "2026-01-12"}
session.commit()
other = ftrack_api.Session()
print(sorted(other.get("Shot", shot["id"])["metadata"].items()))
print(len(other.get("Shot", shot["id"])["metadata"]), "lens" in other.get("Shot", shot["id"])["metadata"])

configuration = session.query(
    'CustomAttributeConfiguration where key is "handles" and object_type.name is "Shot"'
).one()
entity_key = collections.OrderedDict([("configuration_id", configuration["id"]), ("entity_id", shots[1]["id"])])
session.recorded_operations.push(
    ftrack_api.operation.UpdateEntityOperation(
        "ContextCustomAttributeValue", entity_key, "value", ftrack_api.symbol.NOT_SET, 12
    )
)
print("pushed", len(session.recorded_operations))
session.commit()
other._local_cache.clear()
print(other.query('select custom_attributes from Shot where id is "{0}"'.format(shots[1]["id"])).one()["name"])
values = other.query(
    'select value from ContextCustomAttributeValue where entity_id is "{0}" and configuration_id is "{1}"'.format(
        shots[1]["id"], configuration["id"]
    )
).all()
print([value["value"] for value in values])
shot["metadata"] = {}
shot["custom_attributes"]["handles"] = before
session.commit()
print(len(shot["metadata"]))
session.close()
other.close()
