"""Owns callbacks that run in executors: as many at once as may, and one at a time for each key that asks for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from typing import Any, Final, NamedTuple, TypeAlias, cast

from .event import Event
from .subscriber import Subscriber

Finished: TypeAlias = Callable[[Event, Subscriber, "Future[Any]"], object]
"""Is told that a callback has returned or raised, in whichever thread that happens."""


class _Job(NamedTuple):
    event: Event
    subscriber: Subscriber
    line: tuple[str, Hashable] | None
    """Jobs of one line run one after the other."""


class Pool:
    """Runs callbacks in the executors of their subscribers."""

    def __init__(self, limit: int, finished: Finished) -> None:
        """Hold up whoever submits more while *limit* callbacks wait or run."""
        self._finished = finished
        self._slots = threading.BoundedSemaphore(limit)
        self._lock: Final = threading.Lock()
        self._lines: dict[tuple[str, Hashable], deque[_Job]] = {}

    def submit(self, event: Event, subscriber: Subscriber) -> None:
        """Call *subscriber* with *event* in its executor; raise what its key raises."""
        line = None if subscriber.key is None else (subscriber.identifier, subscriber.key(event))
        job = _Job(event, subscriber, line)
        self._slots.acquire()
        if line is not None:
            with self._lock:
                if line in self._lines:
                    self._lines[line].append(job)
                    return
                self._lines[line] = deque()
        self._start(job)

    def _start(self, first: _Job) -> None:
        job: _Job | None = first
        while job is not None:
            executor = cast("Executor", job.subscriber.executor)
            try:
                future = executor.submit(job.subscriber.callback, job.event)
            except Exception as error:
                # Such as an executor that was shut down.
                future = Future()
                future.set_exception(error)
            else:
                if not self._is_done_already(job, future):
                    return
            job = self._end(job, future)

    def _is_done_already(self, job: _Job, future: Future[Any]) -> bool:
        """Return whether *future* is done; otherwise have `_done` called when it is, by another thread or later.

        A future that is done calls back at once. Were `_done` called then, and the next job done as fast, and so on,
        a long line would be as many calls deep.
        """
        here, adding, at_once = threading.get_ident(), [True], list[bool]()

        def called(future: Future[Any]) -> None:
            if adding and threading.get_ident() == here:
                at_once.append(True)
            else:
                self._done(job, future)

        future.add_done_callback(called)
        adding.clear()
        return bool(at_once)

    def _done(self, job: _Job, future: Future[Any]) -> None:
        following = self._end(job, future)
        if following is not None:
            self._start(following)

    def _end(self, job: _Job, future: Future[Any]) -> _Job | None:
        """Let go of *job*, and return the next one of its line."""
        self._slots.release()
        try:
            self._finished(job.event, job.subscriber, future)
        finally:
            following = self._following(job)
        return following

    def _following(self, job: _Job) -> _Job | None:
        if job.line is None:
            return None
        with self._lock:
            waiting = self._lines[job.line]
            if waiting:
                return waiting.popleft()
            del self._lines[job.line]
            return None
