"""今日三件事: only what the data can vouch for, the warmest first."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet

from core import clock
from distribution.contracts import Opportunity
from distribution.models import ShareVisit
from distribution.rules import RateMode
from distribution.selectors.customers import list_customers_of
from distribution.selectors.shares import rate_for
from mall.models import Order, Product, Sku
from org.models import Staff

WARM_FOR = dt.timedelta(days=3)
THINGS = 3


def list_opportunities(guide: Staff) -> list[Opportunity]:
    """At most three: who opened the guide's links and did not buy, then who is new."""
    found: dict[int, Opportunity] = {}
    for member_id, opportunity in (*_warm(guide), *_new(guide)):
        found.setdefault(member_id, opportunity)
    return list(found.values())[:THINGS]


def _warm(guide: Staff) -> Iterator[tuple[int, Opportunity]]:
    for visit in _warm_visits(guide)[: THINGS * 3]:
        assert visit.member is not None
        product = visit.link.product
        yield (
            visit.member.pk,
            Opportunity(
                member_id=visit.member.public_id,
                member_name=str(visit.member),
                reason=f"{_when(visit.at)}打开了您分享的「{product.title}」，还没有下单",
                product_id=product.public_id,
                expected_fen=_expected(guide, product),
            ),
        )


def _warm_visits(guide: Staff) -> QuerySet[ShareVisit]:
    since = clock.now() - WARM_FOR
    bought = Order.objects.filter(
        member=OuterRef("member"), kind=Order.Kind.SALE, paid_at__gte=OuterRef("at")
    )
    rows = ShareVisit.objects.select_related("member", "link__product__brand")
    rows = rows.filter(link__guide=guide, member__isnull=False, at__gte=since)
    return rows.exclude(Exists(bought)).order_by("-at", "-pk")


def _new(guide: Staff) -> Iterator[tuple[int, Opportunity]]:
    rows = list_customers_of(guide, chip="new").filter(last_bought_at__isnull=True)
    for member in rows.order_by("-befriended_at", "-pk")[:THINGS]:
        reason = f"{_when(member.befriended_at)}加了您，还没有下过单"
        yield (member.pk, Opportunity(member.public_id, str(member), reason))


def _expected(guide: Staff, product: Product) -> int | None:
    """What the least dear SKU would earn at the guide's rate, if nobody shares in it."""
    sku = Sku.objects.filter(product=product, is_for_sale=True).order_by("price_fen").first()
    rate = rate_for(guide, product).rate
    if sku is None or rate.mode is RateMode.PROFIT_PERCENT:
        return None
    if rate.mode is RateMode.FIXED_PER_ITEM:
        return rate.fen
    return sku.price_fen * rate.ppm // 1_000_000


def _when(at: dt.datetime) -> str:
    days = (clock.today() - clock.day_of(at)).days
    day = {0: "今天", 1: "昨天", 2: "前天"}.get(days, f"{days} 天前")
    return f"{day} {at.astimezone(clock.SHANGHAI):%H:%M} "
