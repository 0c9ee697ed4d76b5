"""Makes users and groups, assigns and allocates them, and reports who is on what."""

import datetime

import ftrack_api

session = ftrack_api.Session()
users = session.query("select username, first_name, last_name, is_active, memberships.group.name from User").all()
for user in sorted(users, key=lambda each: each["username"]):
    groups = sorted(membership["group"]["name"] for membership in user["memberships"])
    print(user["username"], user["first_name"], user["is_active"], groups)

freelancer = session.ensure(
    "User",
    {"username": "freelancer", "first_name": "Free", "last_name": "Lancer", "email": "free@example.com"},
    identifying_keys=["username"],
)
group = session.query("Group").first()
session.create("Membership", {"user": freelancer, "group": group})
session.commit()
joined = [membership["group"]["name"] == group["name"] for membership in freelancer["memberships"]]
print(freelancer["username"], joined)
print(isinstance(freelancer, ftrack_api.entity.user.User), isinstance(group, ftrack_api.entity.user.User))

project = session.query('Project where name is "demo"').one()
shot = session.query('Shot where name is "sq030_sh010"').one()
task = session.create("Task", {"name": "roto", "parent": shot})
for user in (freelancer, session.query('User where username is "ben.okafor"').one()):
    session.create("Appointment", {"context": task, "resource": user, "type": "assignment"})
session.create("Appointment", {"context": project, "resource": freelancer, "type": "allocation"})
session.commit()

assignments = session.query(
    'select resource.id, context.name from Appointment where context_id is "{0}"'.format(task["id"])
).all()
print(len(assignments), {appointment["context"]["name"] for appointment in assignments})
session.populate(task, "assignments.resource")
print(sorted(appointment["resource"]["username"] for appointment in task["assignments"]))
print(session.query('Task where assignments any (resource[User].username is "freelancer")').one()["name"])

for appointment in list(task["assignments"]):
    if appointment["resource"]["username"] == "ben.okafor":
        session.delete(appointment)
session.commit()
other = ftrack_api.Session()
again = other.get("Task", task["id"])
print([appointment["resource"]["username"] for appointment in again["assignments"]])

freelancer["is_active"] = False
again["start_date"] = datetime.datetime(2026, 4, 1, 9, 0, 0)
again["end_date"] = datetime.datetime(2026, 4, 3, 18, 0, 0)
session.commit()
other.commit()
third = ftrack_api.Session()
row = third.query('select start_date, end_date, name from Task where id is "{0}"'.format(task["id"])).one()
print(row["start_date"].strftime("%Y-%m-%d"), (row["end_date"] - row["start_date"]).days, row["end_date"].hour)
print(row["start_date"] < row["end_date"], third.query('User where username is "freelancer"').one()["is_active"])

for appointment in third.query('Appointment where resource_id is "{0}"'.format(freelancer["id"])):
    third.delete(appointment)
for membership in third.query('Membership where user.username is "freelancer"'):
    third.delete(membership)
third.delete(row)
third.delete(third.query('User where username is "freelancer"').one())
third.commit()
print(third.query('User where username is "freelancer"').first())
for each in (session, other, third):
    each.close()
