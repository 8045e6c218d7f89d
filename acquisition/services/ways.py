"""The pool of contact codes: each a slot that one scan at a time may hold for a day."""

import datetime as dt

import structlog
from django.db import connection, transaction

from acquisition.contracts import ContactWays, InviteLink, NoGuideAvailable, Way
from acquisition.models import AcquisitionLink, ContactWay, Scan
from acquisition.selectors import count_free_ways
from core import audit, clock, jobs, ports
from core.errors import Outcome, PortFailure
from core.ids import random_text
from org.models import Staff
from org.selectors import list_guides_on_duty

LEASE_HOURS = 24
FREE_AIM = 5
LOW = 2
WAYS_PER_GUIDE = 200
MADE_PER_RUN = 50
STANDING_UNTIL = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
"""A guide's standing code is never free to be leased."""

log = structlog.get_logger(__name__)


def ensure_way(scan: Scan) -> Scan:
    """Give a waiting scan its way to the guide, a new one when its lease has run out.

    A link carries the scan's own token and needs no slot. Otherwise a free slot is
    leased, else one is made (this calls out), else a busy one is shared: its scans can
    then be told apart by unionid only. Refuses `NoGuideAvailable` when there is none.
    """
    if AcquisitionLink.objects.filter(staff=scan.staff, is_available=True).exists():
        Scan.objects.filter(pk=scan.pk).update(way=None)
        scan.way = None
        return scan
    now = clock.now()
    if scan.way and scan.way.leased_until and scan.way.leased_until > now:
        return scan
    way = _lease(scan.staff) or _make_for(scan.staff) or _share(scan.staff)
    if way is None:
        raise NoGuideAvailable
    Scan.objects.filter(pk=scan.pk).update(way=way)
    scan.way = way
    return scan


def ensure_guide_way(*, staff: Staff) -> ContactWay:
    """The guide's own standing code, for pages that no card led to; no scan ever holds it.

    Made once (this calls out). Refuses `NoGuideAvailable` when it cannot be made now.
    """
    state = _standing_state(staff)
    known = ContactWay.objects.filter(state_text=state).first()
    if known is not None:
        return known
    if not staff.wecom_userid or not staff.is_active:
        raise NoGuideAvailable
    try:
        return _make(staff, leased_until=STANDING_UNTIL, state=state)
    except PortFailure as failure:
        log.warning("contact_way_not_made", staff=staff.pk, code=failure.code)
        raise NoGuideAvailable from failure


def ensure_pool() -> None:
    """Owe free slots to every guide on duty who has too few."""
    for staff in list_guides_on_duty():
        if count_free_ways(staff.pk, clock.now()) < FREE_AIM:
            owe_slots(staff)


def owe_slots(staff: Staff) -> None:
    minute = int(clock.now().timestamp()) // 60
    jobs.enqueue("acquisition.fill_pool", {"staff_id": staff.pk}, key=f"{staff.pk}:{minute}")


def fill_pool(*, staff: Staff) -> int:
    """Make slots until a guide has enough free ones; returns how many. Calls out."""
    made = 0
    while made < MADE_PER_RUN and count_free_ways(staff.pk, clock.now()) < FREE_AIM:
        if ContactWay.objects.filter(staff=staff).count() >= WAYS_PER_GUIDE:
            log.warning("contact_ways_used_up", staff=staff.pk)
            break
        _make(staff, leased_until=None)
        made += 1
    return made


def offer_link(*, staff: Staff) -> AcquisitionLink:
    """Give a guide an invitation link; it costs the brand's paid quota. Calls out."""
    link: InviteLink = ports.get(ContactWays).create_link(
        staff.wecom_userid or "", f"{staff.name} 包裹卡"[:30]
    )
    with transaction.atomic():
        kept, _ = AcquisitionLink.objects.update_or_create(
            staff=staff,
            defaults={
                "link_id": link.link_id,
                "url": link.url,
                "is_available": True,
                "created_at": clock.now(),
            },
        )
        audit.record("acquisition.link.offered", staff)
    return kept


@transaction.atomic
def retire_link(*, link_id: str) -> bool:
    """Stop using a link that works no longer: scans go back to slots."""
    changed = AcquisitionLink.objects.filter(link_id=link_id).update(is_available=False)
    return bool(changed)


def _lease(staff: Staff) -> ContactWay | None:
    """The slot that has rested longest; two scans at once get two different slots."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE acquisition_contactway SET leased_until = %s WHERE id = (
                   SELECT id FROM acquisition_contactway
                   WHERE staff_id = %s AND (leased_until IS NULL OR leased_until <= %s)
                   ORDER BY leased_until NULLS FIRST, id LIMIT 1 FOR UPDATE SKIP LOCKED)
               RETURNING id""",
            [now + dt.timedelta(hours=LEASE_HOURS), staff.pk, now],
        )
        row = cursor.fetchone()
    if count_free_ways(staff.pk, now) < LOW:
        owe_slots(staff)
    return ContactWay.objects.get(pk=row[0]) if row else None


def _make_for(staff: Staff) -> ContactWay | None:
    """A slot made for the scan that is waiting; None when that is not possible now."""
    if ContactWay.objects.filter(staff=staff).count() >= WAYS_PER_GUIDE:
        return None
    try:
        return _make(staff, leased_until=clock.now() + dt.timedelta(hours=LEASE_HOURS))
    except PortFailure as failure:
        log.warning("contact_way_not_made", staff=staff.pk, code=failure.code)
        return None


def _make(staff: Staff, *, leased_until: dt.datetime | None, state: str = "") -> ContactWay:
    """Make a slot upstream, then keep it; the state is new, so it can be asked about."""
    state = state or f"c{random_text(60)}"
    way = _create(staff, state)
    return ContactWay.objects.create(
        config_id=way.config_id,
        state_text=state,
        staff=staff,
        qr_url=way.qr_url,
        leased_until=leased_until,
        created_at=clock.now(),
    )


def _create(staff: Staff, state: str) -> Way:
    port = ports.get(ContactWays)
    try:
        return port.create([staff.wecom_userid or ""], state, f"包裹卡 {staff.name}"[:30])
    except PortFailure as failure:
        if failure.outcome is not Outcome.UNKNOWN:
            raise
        found = port.find(state)
        if found is None:
            raise
        return found


def _share(staff: Staff) -> ContactWay | None:
    """All slots are busy and none can be made: the one that is free again soonest."""
    slots = ContactWay.objects.filter(staff=staff).exclude(state_text=_standing_state(staff))
    return slots.order_by("leased_until", "pk").first()


def _standing_state(staff: Staff) -> str:
    return f"g{staff.public_id}"
