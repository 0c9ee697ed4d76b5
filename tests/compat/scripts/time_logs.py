"""Logs hours on tasks, runs a timer, and reports what was logged."""

import datetime

import ftrack_api

session = ftrack_api.Session()
user = session.query('User where username is "{}"'.format(session.api_user)).one()
shot = session.query('Shot where name is "sq010_sh010"').first()
tasks = sorted(session.query("Task where parent.id is {}".format(shot["id"])).all(), key=lambda t: t["name"])
print("user", user["username"], user["first_name"], "tasks", [t["name"] for t in tasks])

start = datetime.datetime(2026, 2, 2, 9, 0, 0)
for number, task in enumerate(tasks[:3]):
    timelog = session.create(
        "Timelog",
        {
            "user": user,
            "context": task,
            "start": start + datetime.timedelta(days=number),
            "duration": 3600.0 * (number + 1),
            "comment": "Logged by script {0}".format(number),
        },
    )
    user["timelogs"].append(timelog) if timelog not in user["timelogs"] else None
session.commit()

logged = session.query(
    "select start, duration, comment, context.name from Timelog "
    'where user_id is "{0}" and comment like "Logged by script%" order by start'.format(user["id"])
)
total = 0
for timelog in logged:
    total += timelog["duration"]
    print(timelog["start"].strftime("%Y-%m-%d %H:%M"), timelog["duration"] / 3600, timelog["context"]["name"])
print("total hours", total / 3600.0, "rows", len(logged))

try:
    user.stop_timer()
except ftrack_api.exception.NoResultFoundError as error:
    print("no timer:", type(error).__name__)

timer = user.start_timer(tasks[0], comment="timer of the script")
print(timer["context"]["name"], timer["comment"])
try:
    user.start_timer(tasks[1])
except ftrack_api.exception.NotUniqueError:
    print("a timer runs already")
    session.reset()
user = session.query('User where username is "{}"'.format(session.api_user)).one()
done = user.stop_timer()
print(done["comment"], done["duration"] < 60)
session.delete(done)
session.commit()
print(session.query('Timelog where comment is "timer of the script"').first())
session.close()
