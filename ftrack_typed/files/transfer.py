"""Owns the copying of data from one accessor to another: several files at once, all of them or the error of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import copy_context

import attrs

from ..errors import AccessorError, TransferCancelledError
from .accessor import Accessor
from .transfer_copy import copy_data, size_of
from .transfer_meter import Meter, metering
from .transfer_options import current_options


@attrs.frozen
class Copy:
    """Data to be copied: from where, and to where."""

    source: Accessor
    source_identifier: str
    target: Accessor
    target_identifier: str
    size: int | None = None
    """Bytes that it should have, as far as anybody knows; what a disk says counts more."""


def transfer(copies: Iterable[Copy], done: list[Copy]) -> None:
    """Copy all data as `transferring` says, and append to *done* each copy that is whole; raise the first error.

    Of a copy that fails nothing is left under its name; those that are done stay. After an error no copy goes on when
    this returns.
    """
    wanted = list(copies)
    if not wanted:
        return
    options = current_options()
    with metering(options, len(wanted), _whole_size(wanted)) as meter:
        if len(wanted) == 1 or options.workers == 1:
            for each in wanted:
                _copy(each, meter, done)
        else:
            _copy_at_once(wanted, meter, done)


def _copy_at_once(copies: Sequence[Copy], meter: Meter, done: list[Copy]) -> None:
    workers = min(meter.options.workers, len(copies))
    with ThreadPoolExecutor(workers, thread_name_prefix="ftrack-transfer") as pool:
        # What accessors look up of the options holds in their threads too.
        futures = [pool.submit(copy_context().run, _copy, each, meter, done) for each in copies]
        try:
            finished, _ = wait(futures, return_when=FIRST_EXCEPTION)
        except BaseException:
            meter.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        if any(each.exception() for each in finished):
            meter.stop()
            pool.shutdown(cancel_futures=True)
    _raise_first(futures)


def _raise_first(futures: Sequence[Future[None]]) -> None:
    """Raise why the copies ended: the first failure in the order of the copies, rather than that others stopped."""
    errors = [error for each in futures if not each.cancelled() and (error := each.exception()) is not None]
    if errors:
        raise next((each for each in errors if not isinstance(each, TransferCancelledError)), errors[0])


def _copy(copy: Copy, meter: Meter, done: list[Copy]) -> None:
    meter.check()
    try:
        copy_data(copy.source, copy.source_identifier, copy.target, copy.target_identifier, meter)
    except BaseException:
        # The others need not wait for somebody to notice.
        meter.stop()
        raise
    done.append(copy)
    meter.finished(copy.target_identifier)


def _whole_size(copies: Iterable[Copy]) -> int | None:
    """Return the bytes of all copies, or None where a source does not say."""
    whole = 0
    for each in copies:
        try:
            size = size_of(each.source, each.source_identifier)
        except AccessorError:
            return None
        size = each.size if size is None else size
        if size is None:
            return None
        whole += size
    return whole
