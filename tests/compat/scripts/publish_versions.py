"""Publishes versions of an asset under a shot, with a comment and metadata, and lists what is there."""

import ftrack_api


class Publisher(object):
    def __init__(self, session):
        self.session = session

    def ensure_asset(self, parent, name, type_name):
        asset_type = self.session.query('AssetType where name is "{0}"'.format(type_name)).one()
        asset = self.session.query(
            'Asset where name is "{0}" and type.id is "{1}" and parent.id is "{2}"'.format(
                name, asset_type["id"], parent["id"]
            )
        ).first()
        if asset is None:
            asset = self.session.create("Asset", {"name": name, "type": asset_type, "parent": parent})
            self.session.commit()
            print("created", asset["name"], asset["type"]["name"])
        return asset

    def publish(self, task, asset, comment, **metadata):
        status = self.session.query('Status where name is "Pending Review"').one()
        version = self.session.create(
            "AssetVersion",
            {
                "asset": asset,
                "task": task,
                "comment": comment,
                "status": status,
                "metadata": metadata,
            },
        )
        self.session.commit()
        return version


session = ftrack_api.Session()
publisher = Publisher(session)
shot = session.query('Shot where name is "sq020_sh010"').one()
task = shot["children"][0] if shot["children"] else None
print("task", sorted(child["name"] for child in shot["children"]), task is not None)
asset = publisher.ensure_asset(shot, "beauty", "Render")
again = publisher.ensure_asset(shot, "beauty", "Render")
print(again is asset)

for number in range(3):
    version = publisher.publish(task, asset, "take {0}".format(number + 1), shot=shot["name"], take=str(number + 1))
    print("v{0:03d}".format(version["version"]), version["comment"], version["is_latest_version"])
    print("  ", sorted(version["metadata"].items()), version["user"]["username"])

session.reset()
asset = session.get("Asset", asset["id"])
for version in sorted(asset["versions"], key=lambda v: v["version"]):
    print(version["version"], version["comment"], version["status"]["name"], version["asset"]["parent"]["name"])
latest = session.query(
    'select version, link, asset.name from AssetVersion where asset_id is "{0}" and is_latest_version is True'.format(
        asset["id"]
    )
).one()
print(latest["asset"]["name"], [item["name"] for item in latest["link"]], [item["type"] for item in latest["link"]])
try:
    session.query('AssetVersion where asset_id is "{0}"'.format(asset["id"])).one()
except ftrack_api.exception.MultipleResultsFoundError as error:
    print(isinstance(error, ftrack_api.exception.IncorrectResultError))

for version in list(asset["versions"]):
    session.delete(version)
session.delete(asset)
session.commit()
print(session.query('Asset where name is "beauty"').all())
session.close()
