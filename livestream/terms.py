"""The terms of a draw, in the words that the law wants published."""

from dataclasses import asdict, dataclass
from typing import Any

from core import clock
from core.money import format_yuan
from livestream.models import Draw
from org.selectors import find_brand_of

CONDITIONS = {
    Draw.Kind.OPENING: "截止前进入直播间并点「参加」的顾客，每人一次；员工不得参加；分享不增加机会",
    Draw.Kind.BUYER: "截止前在本直播间付款、截止时没有全部退款的顾客，每人一次；员工不得参加",
}
METHOD = "报名前公布承诺值，截止时冻结名单并公布名单指纹，随后公开种子；任何人可按公布的规则重算"
DELIVERY = "中奖后三十天内，由商家按中奖顾客的收货地址寄出，不收运费"
WAIVER = "截止后三十天内没有提供收货地址的，视为放弃"


@dataclass(frozen=True)
class Terms:
    """Everything that is published, and hashed into the commitment word for word."""

    kind: str
    organiser: str
    conditions: str
    opens_at: str
    closes_at: str
    method: str
    prize: str
    prize_value: str
    prizes: int
    delivery: str
    waiver: str

    @classmethod
    def of(cls, draw: Draw) -> "Terms":
        brand = find_brand_of(draw.room.unit)
        kind = Draw.Kind(draw.kind)
        return cls(
            kind=str(kind.label),
            organiser=brand.name if brand else draw.room.unit.name,
            conditions=CONDITIONS[kind],
            opens_at=draw.opened_at.astimezone(clock.SHANGHAI).isoformat(),
            closes_at=draw.closes_at.astimezone(clock.SHANGHAI).isoformat(),
            method=METHOD,
            prize=draw.prize,
            prize_value=format_yuan(draw.prize_value_fen),
            prizes=draw.prizes,
            delivery=DELIVERY,
            waiver=WAIVER,
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
