"""Forged payment notifications, each under the name of what is wrong with it.

``FORGERIES`` maps a name to a ``Forgery``; ``build(desk, order)`` makes the request. What a
receiver owes each kind:

- ``UNSIGNED``: not from WeChat Pay, or too old. Answer 4xx; store nothing.
- ``UNREADABLE``: signed, but it cannot be opened or parsed. 4xx, or a dead letter; no effect.
- ``SENSELESS``: signed and opened, but not about our order as we know it. No effect; a dead
  letter where it was answered with 200.
- ``ODD``: true where the money is concerned, strange elsewhere. At most one effect.
- ``GENUINE``: true. One effect, however often it comes.
"""

from dataclasses import dataclass
from enum import Enum

from tests.twin.forge_desk import Build, Desk, Forged, Known, payment, sign, true_body
from tests.twin.forge_senseless import ODD, SENSELESS
from tests.twin.forge_unreadable import UNREADABLE
from tests.twin.forge_unsigned import UNSIGNED

__all__ = ["FORGERIES", "Desk", "Forged", "Forgery", "Kind", "Known"]


class Kind(Enum):
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"
    SENSELESS = "senseless"
    ODD = "odd"
    GENUINE = "genuine"


@dataclass(frozen=True)
class Forgery:
    name: str
    kind: Kind
    build: Build


def genuine(desk: Desk, order: Known) -> Forged:
    """Nothing is wrong with it."""
    return payment(desk, order)


def genuine_almost_five_minutes_old(desk: Desk, order: Known) -> Forged:
    return sign(desk, true_body(desk, order), shift=-280)


GENUINE: dict[str, Build] = {
    "genuine": genuine,
    "genuine_almost_five_minutes_old": genuine_almost_five_minutes_old,
}
FORGERIES: dict[str, Forgery] = {
    name: Forgery(name, kind, build)
    for kind, cases in (
        (Kind.GENUINE, GENUINE),
        (Kind.UNSIGNED, UNSIGNED),
        (Kind.UNREADABLE, UNREADABLE),
        (Kind.SENSELESS, SENSELESS),
        (Kind.ODD, ODD),
    )
    for name, build in cases.items()
}


def of_kind(*kinds: Kind) -> list[Forgery]:
    """For parametrize: ``@pytest.mark.parametrize("forged", of_kind(…), ids=name_of)``."""
    return [one for one in FORGERIES.values() if one.kind in kinds]


def name_of(forged: Forgery) -> str:
    return forged.name


def again(forged: Forged) -> Forged:
    """The same request, byte for byte: WeChat Pay may send it any number of times."""
    return forged


def resigned(desk: Desk, forged: Forged) -> Forged:
    """The same event under new headers, as a repeated notification really comes."""
    return sign(desk, forged.body)


def retold(desk: Desk, order: Known) -> Forged:
    """The same payment as another event with an id of its own."""
    return payment(desk, order)
