"""Everything that chance decides of one play, drawn from a seed."""

import random
from dataclasses import dataclass

from tests.e2e.reference import Freight, Rate, Rules

NAMES = "宋苏林许邓曹彭曾萧田董袁潘于蒋蔡余杜叶程"


@dataclass(frozen=True)
class Goods:
    code: str
    title: str
    category: str
    price_fen: int
    cost_fen: int


@dataclass(frozen=True)
class Guide:
    userid: str
    name: str
    store: str


@dataclass(frozen=True)
class Plan:
    """`goods` is what is sold, `gift` what the card promises; amounts in fen.

    `freight` is that of the provinces nearby and of everywhere else, `slot` the moment of the
    day at which the groups are spoken to, `free_payout_fen` what is paid out unasked,
    `flash_fen` what the first article costs while it is on a flash sale.
    """

    seed: int
    slug: str
    brand: str
    stores: tuple[str, str]
    guides: tuple[Guide, ...]
    customers: tuple[str, ...]
    goods: tuple[Goods, ...]
    gift: Goods
    threshold_fen: int
    rules: Rules
    rights_days: int
    share_days: int
    is_automatic: bool
    cards: int
    delivered: int
    quantities: tuple[int, ...]
    refund_shares: tuple[float, float, float]
    freight: tuple[Freight, Freight]
    slot: str
    free_payout_fen: int
    flash_fen: int

    def guide(self, name: str) -> Guide:
        return next(guide for guide in self.guides if guide.name == name)


def draw_plan(seed: int, nonce: str) -> Plan:
    """The same seed gives the same play; `nonce` keeps its merchant apart from earlier ones."""
    rng = random.Random(seed)
    stores = ("桂花路店", "听涛店")
    names = rng.sample(NAMES, 7)
    guides = tuple(
        Guide(f"g{number}-{nonce}", f"{name}导购", stores[place])
        for number, (name, place) in enumerate(zip(names[:3], (0, 1, 0), strict=True), start=1)
    )
    goods = tuple(_goods(rng, f"E2E-{n}", t, c) for n, t, c in GOODS)
    cards = rng.randint(9, 16)
    return Plan(
        seed=seed,
        slug=f"e2e-{nonce}",
        brand=f"{names[6]}记小铺",
        stores=stores,
        guides=guides,
        customers=tuple(f"{name}女士" for name in names[3:7]),
        goods=goods,
        gift=_goods(rng, "E2E-9", "试吃小包", "赠品"),
        threshold_fen=rng.randint(500, min(one.price_fen for one in goods)),
        rules=_rules(rng, goods),
        rights_days=rng.randint(7, 12),
        share_days=rng.randint(1, 10),
        is_automatic=rng.random() < 0.5,
        cards=cards,
        delivered=rng.randint(7, cards - 1),
        quantities=tuple(rng.randint(1, 4) for _ in range(8)),
        refund_shares=(rng.uniform(0.05, 0.8), rng.uniform(0.05, 0.8), rng.uniform(0.05, 0.8)),
        freight=(_freight(rng), _freight(rng)),
        slot=rng.choice(SLOTS),
        free_payout_fen=rng.randint(100, 180),
        flash_fen=goods[0].price_fen * rng.randint(60, 95) // 100,
    )


SLOTS = ("10:00", "12:00", "15:00", "20:00")
"""Of the day that comes as a template, those outside the quiet hours."""


def _freight(rng: random.Random) -> Freight:
    return Freight(rng.randint(1, 3), rng.randint(1, 1500), rng.randint(1, 3), rng.randint(0, 700))


GOODS = ((1, "山核桃仁", "坚果"), (2, "桂花糕", "糕点"), (3, "手工牛轧糖", "糖果"))


def _goods(rng: random.Random, code: str, title: str, category: str) -> Goods:
    price = rng.randint(2_001, 29_999)
    return Goods(code, title, category, price, price * rng.randint(20, 45) // 100)


def _rules(rng: random.Random, goods: tuple[Goods, ...]) -> Rules:
    """A percentage for the brand, one for a category, and another way for one article."""
    last = goods[-1]
    ways = (
        Rate("fixed_per_item", fen=rng.randint(50, last.price_fen // 2)),
        Rate("profit_percent", ppm=rng.randint(50_000, 200_000)),
    )
    same, cross = rng.randint(51, 95), rng.randint(51, 95)
    return Rules(
        default=Rate("percent", ppm=rng.randint(30_000, 180_000)),
        by_category={goods[1].category: Rate("percent", ppm=rng.randint(30_000, 200_000))},
        by_sku={last.code: rng.choice(ways)},
        cap_ppm=rng.randint(200_000, 300_000),
        same_store=(same, 100 - same),
        cross_store=(cross, 100 - cross),
    )
