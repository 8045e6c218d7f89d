"""Random trade written straight into the mall's tables, and the figures by plain loops."""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, field

from core import clock
from mall.models import Order
from members.models import Member
from org.models import OrgUnit


@dataclass
class Trade:
    """Orders as (day, platform, member, paid, refunds as (day, fen))."""

    orders: list[tuple[dt.date, str, int, int, list[tuple[dt.date, int]]]] = field(
        default_factory=list
    )

    def net_sales(self) -> dict[dt.date, int]:
        net: dict[dt.date, int] = defaultdict(int)
        for day, _, _, paid, refunds in self.orders:
            net[day] += paid
            for when, amount in refunds:
                net[when] -= amount
        return dict(net)

    def months(self) -> dict[dt.date, dict[int, int]]:
        """Orders of each member in each month."""
        bought: dict[dt.date, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for day, _, member, _, _ in self.orders:
            bought[day.replace(day=1)][member] += 1
        return bought


def make_trade(seed: int, brand: OrgUnit, first: dt.date, days: int, orders: int) -> Trade:
    """Platform orders with full or part refunds some days later."""
    rng = random.Random(seed)
    members = [
        Member.objects.create(name=f"客{n}", created_at=clock.now()) for n in range(orders // 3)
    ]
    trade = Trade()
    for number in range(orders):
        day = first + dt.timedelta(days=rng.randrange(days))
        at = clock.day_start(day) + dt.timedelta(seconds=rng.randrange(86_400))
        paid, refunds, back = rng.randrange(100, 50_000), [], None
        if rng.random() < 0.2:
            back = at + dt.timedelta(days=rng.randrange(1, 15))
            refunds = [(clock.day_of(back), rng.choice((paid, paid // 3)))]
        member, platform = rng.choice(members), rng.choice(("tmall", "jd"))
        Order.objects.create(
            number=f"T{seed}N{number}",
            platform=platform,
            platform_order_no=f"T{seed}N{number}",
            state="received",
            brand=brand,
            member=member,
            goods_fen=paid,
            total_fen=paid,
            paid_fen=paid,
            refunded_fen=sum(amount for _, amount in refunds),
            placed_at=at,
            paid_at=at,
            closed_at=back,
        )
        trade.orders.append((day, platform, member.pk, paid, refunds))
    return trade
