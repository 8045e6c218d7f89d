"""Reading batches, cards and scans."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from acquisition.contracts import SUSPICIONS
from acquisition.models import AcquisitionLink, Card, CardBatch, ContactWay, Scan
from acquisition.printing import PrintedCard
from acquisition.serials import normal_serial
from core import clock, ports
from core.errors import NotFound
from mall.models import Benefit
from mall.selectors import list_entitlements_of
from members.models import Customer
from org.contracts import SiteUrls
from org.models import Staff
from org.selectors import scope_path


def find_card(serial: str) -> Card | None:
    """The card of a serial as a person types it; void ones are not there."""
    rows = Card.objects.select_related("batch__brand", "batch__benefit__sku__product")
    usable = rows.filter(batch__state=CardBatch.State.ACTIVE).exclude(state=Card.State.VOID)
    return usable.filter(serial=normal_serial(serial)[:16]).first()


def list_batches_for(actor: Staff) -> QuerySet[CardBatch]:
    """Batches of the brands that an actor's unit belongs to or holds, with counts."""
    rows = CardBatch.objects.select_related("brand", "benefit").order_by("-created_at", "-pk")
    path = scope_path(actor)
    if path != "/":
        ids = [int(part) for part in path.strip("/").split("/") if part.isdigit()]
        rows = rows.filter(Q(brand__path__startswith=path) | Q(brand_id__in=ids))
    return rows.annotate(
        shipped=Count("cards", filter=Q(cards__shipped_at__isnull=False)),
        delivered=Count("cards", filter=Q(cards__delivered_at__isnull=False)),
        scanned=Count("cards", filter=Q(cards__scanned_at__isnull=False)),
        added=Count("cards", filter=Q(cards__is_new_person=True)),
        again=Count("cards", filter=Q(cards__is_new_person=False)),
        claimed=Count("cards", filter=Q(cards__claimed_at__isnull=False)),
        redeemed=Count("cards", filter=Q(cards__redeemed_at__isnull=False)),
    )


def get_batch_for(actor: Staff, public_id: str) -> Any:
    """The batch with its counts as attributes; `NotFound` when it is not the actor's."""
    found = list_batches_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_cards_of(batch: CardBatch) -> QuerySet[Card]:
    return Card.objects.filter(batch=batch).select_related("consumed_by").order_by("pk")


def list_printed(batch: CardBatch, *, offset: int = 0, limit: int = 200_000) -> list[PrintedCard]:
    """What stands on the cards of a batch, in the order of printing."""
    base = ports.get(SiteUrls).customer_url("/card/")
    serials = list_cards_of(batch).values_list("serial", flat=True)[offset : offset + limit]
    return [
        PrintedCard(serial, base + serial.upper(), batch.benefit.name, batch.name)
        for serial in serials
    ]


def find_scan(token: str) -> Scan | None:
    rows = Scan.objects.select_related(
        "card__batch__benefit__sku__product", "customer__member", "staff__unit", "way"
    )
    return rows.filter(token=token).first()


def find_scan_of(customer: Customer, card: Card) -> Scan | None:
    """What became of this card in the hands of this person."""
    rows = Scan.objects.select_related("staff__unit", "way", "card__batch__benefit")
    return rows.filter(card=card, customer__member_id=customer.member_id).order_by("pk").first()


@dataclass(frozen=True)
class WayIn:
    """How a customer adds the guide: `link_url` where there is one, else the code."""

    guide_name: str
    store_name: str
    qr_url: str
    link_url: str


def way_in(scan: Scan) -> WayIn:
    """What the page shows after the green button."""
    link = AcquisitionLink.objects.filter(staff=scan.staff, is_available=True).first()
    staff = scan.staff
    return WayIn(
        guide_name=staff.name,
        store_name=staff.unit.name if staff.unit else "",
        qr_url=scan.way.qr_url if scan.way else "",
        link_url=f"{link.url}?customer_channel={scan.token}" if link and scan.way is None else "",
    )


@dataclass(frozen=True)
class Claim:
    """What a claim link shows to whoever opens it while logged in.

    `state` is waiting (not added yet), held (until delivery), suspect, ready (there is
    an entitlement) or none (nothing here is theirs).
    """

    state: str
    benefit: Benefit
    entitlement: Any = None
    reason: str = ""


def find_claim(token: str, customer: Customer) -> Claim | None:
    """The state of a card's promise for this person; None for a token we never made.

    Only the person decides what they see: another's token shows them nothing of it.
    """
    scan = find_scan(token)
    if scan is None:
        return None
    benefit = scan.card.batch.benefit
    mine = list_entitlements_of(customer.member_id).filter(benefit=benefit).first()
    if mine is not None:
        return Claim("ready", benefit, mine)
    if scan.customer.member_id != customer.member_id:
        return Claim("none", benefit)
    if scan.state == Scan.State.SUSPECT:
        return Claim("suspect", benefit, reason=SUSPICIONS.get(scan.reason, ""))
    return Claim("held" if scan.is_held else "waiting", benefit)


def list_suspects_for(actor: Staff) -> QuerySet[Scan]:
    """Scans that a person has to decide about, in the actor's subtree, oldest first."""
    rows = Scan.objects.filter(state=Scan.State.SUSPECT).select_related(
        "card__batch", "customer__member", "staff__unit", "contact__member"
    )
    path = scope_path(actor)
    if path != "/":
        rows = rows.filter(
            Q(staff__unit__path__startswith=path) | Q(card__batch__brand__path__startswith=path)
        )
    return rows.order_by("created_at", "pk")


def get_suspect_for(actor: Staff, scan_id: int) -> Scan:
    found = list_suspects_for(actor).filter(pk=scan_id).first()
    if found is None:
        raise NotFound
    return found


def count_free_ways(staff_id: int, now: Any) -> int:
    """Slots of a guide that nobody holds."""
    rows = ContactWay.objects.filter(staff_id=staff_id)
    return rows.filter(Q(leased_until=None) | Q(leased_until__lt=now)).count()


def name_batches_for(actor: Staff, ids: Iterable[int]) -> dict[str, str]:
    """{id: name} of the batches in the actor's reach, to label figures."""
    rows = list_batches_for(actor).filter(pk__in=list(ids)).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


MATURITY = dt.timedelta(days=14)
"""A delivered card's conversion is judged once so much time has passed."""


@dataclass(frozen=True)
class BatchResult:
    """What a run brought and cost, in cards and fen.

    `converted` of `matured` cards brought a new contact within fourteen days of their
    delivery; `fresh` cards were delivered less than fourteen days ago.
    """

    matured: int
    converted: int
    fresh: int
    unused: int
    suspects: int
    print_fen: int
    insert_fen: int
    benefit_fen: int

    @property
    def cost_fen(self) -> int:
        return self.print_fen + self.insert_fen + self.benefit_fen


def result_of(batch: CardBatch) -> BatchResult:
    old = Q(delivered_at__lte=clock.now() - MATURITY)
    in_time = Q(is_new_person=True, added_at__lte=F("delivered_at") + MATURITY)
    unused = Q(consumed_by=None) & ~Q(state=Card.State.VOID)
    sums = Card.objects.filter(batch=batch).aggregate(
        matured=Count("pk", filter=old),
        converted=Count("pk", filter=old & in_time),
        fresh=Count("pk", filter=Q(delivered_at__isnull=False) & ~old),
        unused=Count("pk", filter=unused),
        shipped=Count("pk", filter=Q(shipped_at__isnull=False)),
        benefit_fen=Sum("benefit_cost_fen", filter=Q(redeemed_at__isnull=False)),
    )
    return BatchResult(
        print_fen=batch.print_cost_fen * batch.size,
        insert_fen=batch.insert_cost_fen * sums.pop("shipped"),
        benefit_fen=sums.pop("benefit_fen") or 0,
        suspects=Scan.objects.filter(card__batch=batch, state=Scan.State.SUSPECT).count(),
        **sums,
    )
