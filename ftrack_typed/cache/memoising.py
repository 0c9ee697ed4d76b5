"""Owns the remembering of what functions return."""

from __future__ import annotations

import copy
import functools
import inspect
import uuid
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any, Final, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from .base import Cache
from .keys import KeyMaker, ObjectKeyMaker
from .memory import MemoryCache

P = ParamSpec("P")
T = TypeVar("T")


class Memoiser:
    """Calls functions once for each set of arguments; a function that raises is called again next time."""

    def __init__(
        self,
        cache: Cache[Any, Any] | None = None,
        key_maker: KeyMaker[Any] | None = None,
        return_copies: bool = True,
    ) -> None:
        """Keep results in *cache*, by default in memory, under what *key_maker* makes of function and arguments.

        With *return_copies* every caller gets a deep copy, so that none can change what others get.
        """
        self.cache: Cache[Any, Any] = MemoryCache() if cache is None else cache
        self.key_maker: KeyMaker[Any] = ObjectKeyMaker() if key_maker is None else key_maker
        self.return_copies = return_copies

    def call(
        self, function: Callable[..., T], args: Sequence[Any] | None = None, kw: Mapping[str, Any] | None = None
    ) -> T:
        """Return what *function* returns for the arguments; call it only where that is not known yet.

        Arguments count as the same however they are given: by place, by name or by default.
        """
        given, named = tuple(args or ()), dict(kw or {})
        key = self.key_maker.key(function, *_told_apart(function), _arguments(function, given, named))
        try:
            value: T = self.cache.get(key)
        except KeyError:
            value = function(*given, **named)
            self.cache.set(key, value)
        return copy.deepcopy(value) if self.return_copies else value


_MARKS: Final[WeakKeyDictionary[Any, str]] = WeakKeyDictionary()


def _told_apart(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return what tells *function* from others of its name and module.

    Of two classes the static methods have a name of their own. What a function made for its own values, and a lambda,
    have none: each of these objects is another function, also for another process.
    """
    qualified = str(getattr(function, "__qualname__", ""))
    if isinstance(function, FunctionType) and _is_nameless(function, qualified):
        return (_MARKS.setdefault(function, uuid.uuid4().hex),)
    return () if qualified in ("", function.__name__) else (qualified,)


def _is_nameless(function: FunctionType, qualified: str) -> bool:
    made_here = "<locals>" in qualified and set(function.__code__.co_freevars) - {"__class__"}
    return bool(made_here) or function.__name__ == "<lambda>"


def _arguments(function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """Return all arguments of a call by name, those of a method with the object that it belongs to."""
    method: object = function
    if isinstance(method, MethodType):
        function, given = method.__func__, (method.__self__, *given)
    try:
        signature = inspect.signature(function)
    except ValueError:  # some functions that are written in C do not tell their parameters
        return {"args": given, "kw": named}
    bound = signature.bind(*given, **named)
    bound.apply_defaults()
    return dict(bound.arguments)


def memoise_decorator(memoiser: Memoiser) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that makes functions remember what they returned, with *memoiser*."""

    def decorator(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def remembered(*args: P.args, **kw: P.kwargs) -> T:
            return memoiser.call(function, args, kw)

        return remembered

    return decorator


memoiser: Final = Memoiser()
"""What `memoise` remembers with."""

memoise: Final = memoise_decorator(memoiser)
"""Decorator: make a function remember what it returned, in memory, for the life of the process."""
