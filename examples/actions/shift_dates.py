"""An action that moves the dates of the selected tasks, for ``python -m ftrack_typed.actions examples/actions``.

Users select tasks, start "Shift dates", and say by how many days and whether weekends count.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import attrs

from ftrack_typed.actions import Action, ActionError, Selection, item
from ftrack_typed.entities import Task

SATURDAY = 5


@attrs.frozen
class Shift:
    """What the user fills in."""

    days: int = attrs.field(metadata=item(label="Days", hint="-3 for three days earlier"))
    weekends: Literal["skip", "count"] = "skip"
    reason: str = attrs.field(default="", metadata=item(multiline=True))


class ShiftDates(Action[Shift]):
    """Moves start and end of tasks."""

    identifier = "example.shift-dates"
    label = "Shift dates"
    description = "Moves start and end of the selected tasks"

    def discover(self, selection: Selection) -> bool:
        """Offer it where tasks may be selected."""
        return selection.may_hold(Task)

    def launch(self, selection: Selection, answers: Shift) -> str:
        """Move the dates of all selected tasks in one transaction."""
        tasks = selection.of(Task)
        if not tasks:
            raise ActionError("No tasks are selected.")
        self.session.populate(tasks, Task.start_date, Task.end_date)
        moved = [task for task in tasks if task.start_date or task.end_date]
        for task in moved:
            task.start_date = shifted(task.start_date, answers)
            task.end_date = shifted(task.end_date, answers)
            if answers.reason:
                task.metadata["shifted because"] = answers.reason
        self.session.commit()
        return f"{len(moved)} of {len(tasks)} tasks were moved by {answers.days} days."


def shifted(moment: datetime | None, shift: Shift) -> datetime | None:
    """Return *moment* as many days later."""
    if moment is None or shift.weekends == "count":
        return None if moment is None else moment + timedelta(days=shift.days)
    step = timedelta(days=1 if shift.days > 0 else -1)
    left = abs(shift.days)
    while left:
        moment += step
        left -= moment.weekday() < SATURDAY
    return moment
