"""A listener that approves a shot when all of its tasks are approved, and says so in a note.

Run it as a service; it goes on until it is ended, whatever becomes of the connection. A server tells nobody of what
happened while there was no connection, so that the listener looks for it each time that one is made::

    python approve_shots.py

The server, user and key come from FTRACK_SERVER, FTRACK_API_USER and FTRACK_API_KEY.
"""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType

from ftrack_typed.entities import Session, Shot, Status, Task, User
from ftrack_typed.events import Event
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


def catch_up(session: Session) -> None:
    """Approve the shots whose last task was approved while nobody listened."""
    approved = session.query(Task).where(Task.status.name == APPROVED)
    for task in approved.where(Task.parent.as_(Shot).status.name != APPROVED).select(Task.parent):
        if approve_shot(session, task):
            logging.info("%s is approved, as all of its tasks were.", task.parent.name)


def listen(session: Session) -> None:
    """Subscribe to what is of interest."""
    session.follow_updates()

    def connected(event: Event) -> None:
        catch_up(session)

    session.event_hub.subscribe("topic=ftrack.meta.connected", connected)

    @session.on(Task.status)
    def status_changed(change: Change[Status | None]) -> None:
        if change.new is None or change.new.name != APPROVED:
            return
        task = change.entity_as(Task)
        if approve_shot(session, task):
            logging.info("%s is approved, because %s approved %s.", task.parent.name, change.user.username, task.name)


def end(number: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that the session is closed: what service managers send is a signal too."""
    raise KeyboardInterrupt


def main() -> int:
    """Listen until the process is ended."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, end)
    try:
        run()
    except KeyboardInterrupt:
        logging.info("Ended.")
    return 0


def run() -> None:
    """Listen, for ever."""
    with Session(auto_connect_event_hub=True) as session:
        listen(session)
        session.event_hub.wait()


if __name__ == "__main__":
    sys.exit(main())
