"""A listener that approves a shot when all of its tasks are approved, and says so in a note.

Run it as a service; it goes on until it is ended, whatever becomes of the connection::

    python approve_shots.py

The server, user and key come from FTRACK_SERVER, FTRACK_API_USER and FTRACK_API_KEY.
"""

from __future__ import annotations

import logging
import sys

from ftrack_typed.entities import Session, Shot, Status, Task, User
from ftrack_typed.updates import Change

APPROVED = "Approved"


def approve_shot(session: Session, task: Task) -> bool:
    """Approve the shot of *task* where all of its tasks are approved; return whether it was."""
    shot = task.parent
    if not isinstance(shot, Shot) or shot.status.name == APPROVED:
        return False
    open_tasks = session.query(Task).where(Task.parent_id == shot.id, Task.status.name != APPROVED)
    if open_tasks.exists():
        return False
    shot.status = session.query(Status).where(Status.name == APPROVED).one()
    author = session.query(User).where(User.username == session.api_user).one()
    shot.create_note("All tasks are approved.", author)
    session.commit()
    return True


def listen(session: Session) -> None:
    """Subscribe to what is of interest."""
    session.follow_updates()

    @session.on(Task.status)
    def status_changed(change: Change[Status | None]) -> None:
        if change.new is None or change.new.name != APPROVED:
            return
        task = change.entity_as(Task)
        if approve_shot(session, task):
            logging.info("%s is approved, because %s approved %s.", task.parent.name, change.user.username, task.name)


def main() -> int:
    """Listen until the process is ended."""
    logging.basicConfig(level=logging.INFO)
    with Session(auto_connect_event_hub=True) as session:
        listen(session)
        session.event_hub.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
