"""Ports the floors own, filled once at start-up by `siyu/adapters.py`."""

from typing import Any, TypeVar, cast

T = TypeVar("T")

_filled: dict[type[Any], Any] = {}


def fill(port: type[T], adapter: T) -> None:
    _filled[port] = adapter


def get(port: type[T]) -> T:
    """The adapter of `port`; raises `LookupError` when none was filled in."""
    if port not in _filled:
        raise LookupError(f"no adapter fills {port.__name__}")
    return cast(T, _filled[port])


def find(port: type[T]) -> T | None:
    return cast("T | None", _filled.get(port))


def swap(port: type[T], adapter: T | None) -> T | None:
    """Replace an adapter and hand back the former one: for tests with fakes."""
    former = find(port)
    if adapter is None:
        _filled.pop(port, None)
    else:
        _filled[port] = adapter
    return former
