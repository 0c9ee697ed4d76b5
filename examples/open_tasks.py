"""Reports the open tasks of each shot of a project, and completes those whose latest version is approved.

Such a task gets the status "Completed" and a note to its assignees. Run it as::

    python open_tasks.py --project demo --dry-run

The server, user and key come from FTRACK_SERVER, FTRACK_API_USER and FTRACK_API_KEY; the package `studio_ftrack` from
``ftrack-gen --server URL --output studio_ftrack``. However many tasks there are, seven requests do.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from studio_ftrack import (
    STATUSES,
    AssetVersion,
    Group,
    Note,
    Project,
    Recipient,
    Resource,
    Session,
    Shot,
    StatusName,
    Task,
    User,
)

APPROVED: Final[StatusName] = "Approved"
COMPLETED: Final[StatusName] = "Completed"
CLOSED: Final[list[StatusName]] = [COMPLETED, "Omitted"]


class UnknownProjectError(Exception):
    """There is no project of the name that was given."""


def find_project(session: Session, name: str) -> Project:
    """Return the project called *name*; raise UnknownProjectError, with names that are like it."""
    project = session.query(Project).where(Project.name == name).select(Project.name, Project.full_name).first()
    if project is None:
        names = [each.name for each in session.query(Project).select(Project.name)]
        matches = difflib.get_close_matches(name, names, n=3) or sorted(names)[:3]
        raise UnknownProjectError(f"there is no project {name!r} (did you mean {' or '.join(map(repr, matches))}?)")
    return project


def find_open_tasks(session: Session, project: Project) -> list[Task]:
    """Return the tasks on shots of *project* that are not closed, sorted by shot, with all that the report shows."""
    return (
        session.query(Task)
        .where(Task.project == project, Task.status.name.not_in(CLOSED), Task.parent.as_(Shot).name != "")
        .select(Task.name, Task.status.name, Task.parent.name)
        .select(Task.assignments.each.resource.as_(User).first_name, Task.assignments.each.resource.as_(User).last_name)
        .order_by(Task.parent.name, Task.start_date, Task.name)
        .all()
    )


def find_approved(session: Session, project: Project) -> dict[str, AssetVersion]:
    """Return the approved versions that are the latest of their assets, by the id of the open task they are of."""
    versions = (
        session.query(AssetVersion)
        .where(AssetVersion.task.project == project, AssetVersion.task.status.name.not_in(CLOSED))
        .where(AssetVersion.status.name == APPROVED, AssetVersion.is_latest_version == True)  # noqa: E712
        .select(AssetVersion.version, AssetVersion.task_id, AssetVersion.asset.name)
    )
    return {version.task_id: version for version in versions if version.task_id}


def complete(session: Session, task: Task, version: AssetVersion, author: User) -> None:
    """Move *task* to its new status and tell its assignees, with the next commit."""
    task.status_id = STATUSES[COMPLETED]
    content = f"{version.asset.name} v{version.version:03} is approved: this task is complete."
    note = session.create(Note, content=content, author=author, parent_id=task.id, parent_type="Task")
    for resource in assignees(task):
        if resource is not author:  # the server makes the author a recipient
            session.create(Recipient, note=note, recipient=resource)


def assignees(task: Task) -> list[Resource]:
    """Return the people and groups that *task* is assigned to."""
    return [assignment.resource for assignment in task.assignments]


def name_of(resource: Resource) -> str:
    """Return what people call a person or a group."""
    if isinstance(resource, User):
        return f"{resource.first_name} {resource.last_name}"
    return resource.name if isinstance(resource, Group) else resource.id


def report(project: Project, tasks: Sequence[Task], approved: dict[str, AssetVersion]) -> Iterable[str]:
    """Yield the lines that show the tasks of each shot, and where they move."""
    shots = {task.parent.id for task in tasks}
    yield f"{project.full_name} ({project.name}): {len(tasks)} open tasks in {len(shots)} shots"
    for shot, of_shot in groupby(tasks, key=lambda task: task.parent):
        if isinstance(shot, Shot):
            values = shot.custom_attributes
            yield f"\n{shot.name}  frames {values.fstart:.0f}-{values.fend:.0f}"
        for task in of_shot:
            people = ", ".join(map(name_of, assignees(task))) or "nobody"
            version = approved.get(task.id)
            moves = f" -> {COMPLETED} (v{version.version:03})" if version else ""
            yield f"  {task.name:<12} {people:<16} {task.status.name}{moves}"


def run(session: Session, project_name: str, *, dry_run: bool) -> list[str]:
    """Return the report on a project, and complete what can be completed unless *dry_run*."""
    project = find_project(session, project_name)
    tasks = find_open_tasks(session, project)
    approved = find_approved(session, project)
    lines = list(report(project, tasks, approved))
    completed = [task for task in tasks if task.id in approved]
    if completed and not dry_run:
        author = session.query(User).where(User.username == session.api_user).one()
        for task in completed:
            complete(session, task, approved[task.id], author)
        session.commit()
    return [*lines, f"\n{len(completed)} tasks {'would be ' if dry_run else ''}completed"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 where there is no such project."""
    parser = argparse.ArgumentParser(description="Report the open tasks of each shot, and complete the approved ones.")
    parser.add_argument("--project", default="demo", help="name of the project (default: demo)")
    parser.add_argument("--dry-run", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    try:
        with Session() as session:
            lines = run(session, options.project, dry_run=options.dry_run)
    except UnknownProjectError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
