"""A guide's customers with what a guide asks first: new, bought, asleep."""

import datetime as dt
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, QuerySet, Subquery

from core import clock
from mall.models import Order
from members.models import Contact
from members.selectors import list_members_for
from org.models import Staff

NEW_FOR = dt.timedelta(days=7)
ASLEEP_AFTER = dt.timedelta(days=90)
CHIPS = {"": "全部", "new": "新客", "waiting": "未下单", "asleep": "沉睡"}


def list_customers_of(guide: Staff, *, chip: str = "", query: str = "") -> QuerySet[Any]:
    """The customers in the guide's reach, with `last_bought_at` and `befriended_at`.

    new: befriended in the last 7 days; waiting: never bought; asleep: not for 90 days.
    """
    bought = _sales().order_by("-paid_at").values("paid_at")[:1]
    friend = Contact.objects.filter(member=OuterRef("pk"), staff=guide, is_active=True)
    rows = list_members_for(guide).annotate(
        last_bought_at=Subquery(bought, output_field=DateTimeField()),
        befriended_at=Subquery(friend.order_by("-added_at").values("added_at")[:1]),
    )
    if query:
        rows = rows.filter(name__icontains=query)
    return _of_chip(rows, chip)


def _of_chip(rows: QuerySet[Any], chip: str) -> QuerySet[Any]:
    now = clock.now()
    if chip == "new":
        return rows.filter(befriended_at__gte=now - NEW_FOR)
    if chip == "waiting":
        return rows.filter(~Exists(_sales()))
    if chip == "asleep":
        return rows.filter(last_bought_at__lt=now - ASLEEP_AFTER)
    return rows


def _sales() -> QuerySet[Order]:
    return Order.objects.filter(member=OuterRef("pk"), kind=Order.Kind.SALE, paid_at__isnull=False)
