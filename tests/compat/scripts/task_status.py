"""Lists an artist's tasks by status, and moves those that wait for a review on."""

import argparse
import logging

import ftrack_api


def get_tasks(session, username):
    user = session.query('User where username is "{0}"'.format(username)).one()
    return session.query(
        "select name, parent.name, status.name, type.name, project.name from Task "
        'where assignments any (resource_id = "{0}") and project.name is "demo"'.format(user["id"])
    ).all()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", default="anna.lind")
    args = parser.parse_args([])
    logging.basicConfig(level=logging.ERROR)

    session = ftrack_api.Session(auto_connect_event_hub=False)
    tasks = get_tasks(session, args.user)
    by_status = {}
    for task in tasks:
        by_status.setdefault(task["status"]["name"], []).append(task)
    for name in sorted(by_status):
        print("{0}: {1}".format(name, len(by_status[name])))
        for task in sorted(by_status[name], key=lambda t: (t["parent"]["name"], t["name"])):
            link = " / ".join(item["name"] for item in task["link"])
            print("   {0} ({1})".format(link, task["type"]["name"]))

    approved = session.query('Status where name is "Approved"').one()
    waiting = sorted(by_status.get("Pending Review", []), key=lambda t: (t["parent"]["name"], t["name"]))
    for task in waiting:
        task["status"] = approved
    print("modified", len(session.modified), "operations", len(session.recorded_operations))
    session.commit()
    print("modified", len(session.modified), bool(session.recorded_operations))

    fresh = ftrack_api.Session()
    for task in waiting:
        print(task["name"], fresh.get("Task", task["id"])["status"]["name"])
    statuses = [s["name"] for s in waiting[0]["project"]["project_schema"].get_statuses("Task", waiting[0]["type_id"])]
    print(statuses)

    waiting[0]["status"] = fresh_status = session.query('Status where name is "On Hold"').first()
    print(waiting[0]["status"] is fresh_status, waiting[0]["status"]["name"])
    session.rollback()
    print(waiting[0]["status"]["name"])
    session.close()
    fresh.close()


if __name__ == "__main__":
    main()
