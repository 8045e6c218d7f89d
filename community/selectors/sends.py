"""Messages into groups as people see them: which groups, whose, and what became of each."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from community.models import CustomerGroup
from core import clock
from org.models import Staff
from org.selectors import scope_path
from outreach.models import Chunk, Touch
from outreach.selectors import STATES, list_parked, reason_text

RECENT = dt.timedelta(hours=24)
SHOWN_NAMES = 20


@dataclass(frozen=True)
class Delivery:
    """A group of a run: whose it is, what became of its message and why."""

    group: str
    guide: str
    unit: str
    state: str
    state_text: str
    reason: str
    sent_at: dt.datetime | None


@dataclass(frozen=True)
class Waiting:
    """A chunk with its groups' names; `more` are those left out of `names`."""

    chunk: Chunk
    names: list[str]
    more: int

    @property
    def is_waiting(self) -> bool:
        """Whether the guide has something to do about it."""
        return self.chunk.state == Chunk.State.SUBMITTED and self.chunk.confirmed_at is None


def list_deliveries(plan_id: str, *, path: str = "/", limit: int = 2_000) -> list[Delivery]:
    """Each touch of a plan below `path`, those that need somebody first."""
    rows = Touch.objects.filter(plan__public_id=plan_id)
    if path != "/":
        rows = rows.filter(unit__path__startswith=path)
    touches = list(
        rows.select_related("sender", "unit", "chunk").order_by("state", "sender_id", "pk")[:limit]
    )
    names = name_recipients(touch.recipient for touch in touches)
    return [_delivery(touch, names) for touch in touches]


def _delivery(touch: Touch, names: dict[str, str]) -> Delivery:
    chunk, state = touch.chunk, str(touch.state)
    if chunk is not None and state == Touch.State.QUEUED and chunk.state in STATES:
        state = str(chunk.state)
    return Delivery(
        group=names.get(touch.recipient, touch.recipient),
        guide=touch.sender.name,
        unit=touch.unit.name if touch.unit else "",
        state=state,
        state_text=STATES.get(state, state),
        reason=reason_text(touch.reason),
        sent_at=touch.sent_at,
    )


def name_recipients(ids: Iterable[str]) -> dict[str, str]:
    """{chat_id: name} of those that are groups; what is no group is not in it."""
    rows = CustomerGroup.objects.filter(chat_id__in=set(ids))
    return {group.chat_id: str(group) for group in rows}


def list_mine(guide: Staff) -> QuerySet[Chunk]:
    """What is a guide's to confirm, and what ended within a day; the most pressing first."""
    rows = Chunk.objects.filter(sender=guide).select_related("plan")
    waiting = Q(state=Chunk.State.SUBMITTED, confirmed_at__isnull=True)
    on_the_way = Q(state__in=("queued", "sending", "unknown", "parked"))
    recent = Q(plan__due_at__gte=clock.now() - RECENT)
    return rows.filter(waiting | on_the_way | recent).order_by("-plan__due_at", "pk")


def describe(wanted: Iterable[Chunk]) -> list[Waiting]:
    """The chunks with the names of their groups, in two queries."""
    chunks = list(wanted)
    touches = Touch.objects.filter(chunk__in=[chunk.pk for chunk in chunks]).order_by("pk")
    pairs = list(touches.values_list("chunk_id", "recipient"))
    names = name_recipients(recipient for _, recipient in pairs)
    found: dict[int, list[str]] = {}
    for chunk_id, recipient in pairs:
        if recipient in names:
            found.setdefault(chunk_id, []).append(names[recipient])
    return [
        Waiting(chunk, named[:SHOWN_NAMES], max(0, chunk.size - len(named[:SHOWN_NAMES])))
        for chunk in chunks
        for named in [found.get(chunk.pk, [])]
    ]


def list_parked_for(actor: Staff) -> QuerySet[Chunk]:
    """Chunks of the actor's people whose outcome only a person can tell."""
    path = scope_path(actor)
    rows = list_parked()
    return rows if path == "/" else rows.filter(sender__unit__path__startswith=path)
