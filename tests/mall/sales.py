"""A flash sale in the test shop, and buyers for it."""

import datetime as dt
from typing import Any

from core import clock
from mall import services
from mall.models import FlashSale, Order
from mall.selectors import get_flash_sale
from members.models import Customer, Member
from tests.mall.shop import Shop, login_of

PRICE = 4_900


def open_sale(shop: Shop, quantity: int = 5, **changes: Any) -> FlashSale:
    now = clock.now()
    fields: dict[str, Any] = {
        "sku": shop.cream,
        "price_fen": PRICE,
        "quantity": quantity,
        "starts_at": now,
        "ends_at": now + dt.timedelta(hours=1),
    }
    return services.open_flash_sale(**{**fields, **changes})


def buy(shop: Shop, sale: FlashSale, pieces: int = 1, **changes: Any) -> Order:
    fields: dict[str, Any] = {"flash_sale": sale, "shown_total_fen": PRICE * pieces}
    return shop.place((shop.cream, pieces), **{**fields, **changes})


def left(sale: FlashSale) -> int:
    return int(get_flash_sale(sale.public_id).left)  # type: ignore[attr-defined]


def buyers(number: int) -> list[Customer]:
    now = clock.now()
    return [
        login_of(Member.objects.create(name=f"买家{n}", created_at=now), f"o_{n}")
        for n in range(number)
    ]
