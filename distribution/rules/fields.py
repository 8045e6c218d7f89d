"""Reading one field of an untrusted configuration, with a Chinese word on what is wrong."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from distribution.contracts import (
    EntryFeeForbidden,
    HeadcountRewardForbidden,
    LevelsTooMany,
    RuleFieldUnknown,
    RulesRefused,
    RuleValueInvalid,
    TeamRewardForbidden,
)

E = TypeVar("E", bound=StrEnum)

_FORBIDDEN: tuple[tuple[tuple[str, ...], type[RulesRefused]], ...] = (
    (("level3", "level_3", "level4", "levels", "depth", "third"), LevelsTooMany),
    (("entry_fee", "join_fee", "qualification", "deposit"), EntryFeeForbidden),
    (("invite_reward", "head_count", "headcount", "per_recruit"), HeadcountRewardForbidden),
    (("team_dividend", "team_reward", "differential", "team"), TeamRewardForbidden),
)


def section(config: Mapping[str, Any], name: str, known: set[str]) -> Mapping[str, Any]:
    """The mapping `name` of `config`, {} when absent, with no field but the known ones."""
    found = config.get(name, {})
    if not isinstance(found, Mapping):
        raise RuleValueInvalid(f"「{name}」应是一组字段", field=name)
    refuse_unknown(found, known, where=name)
    return found


def refuse_unknown(found: Mapping[str, Any], known: set[str], *, where: str) -> None:
    """Refuse what the law forbids by its own name, anything else as unknown."""
    for key in sorted(str(name) for name in found.keys() - known):
        for words, refusal in _FORBIDDEN:
            if any(key.startswith(word) for word in words):
                raise refusal(field=key)
        raise RuleFieldUnknown(f"「{where}」里没有「{key}」这个字段", field=key)


def whole(found: Mapping[str, Any], name: str, default: int, *, low: int = 0, high: int) -> int:
    """An integer between `low` and `high`; a float or a bool is refused, not rounded."""
    value = found.get(name, default)
    if type(value) is not int or not low <= value <= high:
        raise RuleValueInvalid(f"「{name}」应是 {low} 到 {high} 之间的整数", field=name)
    return value


def flag(found: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = found.get(name, default)
    if not isinstance(value, bool):
        raise RuleValueInvalid(f"「{name}」应为是或否", field=name)
    return value


def choice(found: Mapping[str, Any], name: str, kind: type[E], default: E) -> E:
    value = found.get(name, default)
    if value not in {option.value for option in kind}:
        allowed = "、".join(option.value for option in kind)
        raise RuleValueInvalid(f"「{name}」应为 {allowed} 之一", field=name)
    return kind(value)
