"""What a shop looks like on an ordinary day: a delivery fee, a sale that is on, full carts."""

import datetime as dt
from collections.abc import Sequence

from core import clock
from mall.contracts import Receiver
from mall.models import Sku
from mall.services import (
    FreightTerms,
    add_to_cart,
    open_flash_sale,
    save_address,
    save_freight_template,
)
from members.models import Customer
from org.selectors import find_default_brand

FREIGHT = FreightTerms(
    name="满 39 元包邮",
    basis="piece",
    zones=(
        {
            "regions": ["新疆", "西藏"],
            "first": 1,
            "first_fee_fen": 1_500,
            "next": 1,
            "next_fee_fen": 500,
        },
        {"regions": [], "first": 1, "first_fee_fen": 800, "next": 1, "next_fee_fen": 100},
    ),
    free_from_fen=3_900,
)
HOME = Receiver("赵女士", "13800001234", "杭州市", "文三路 90 号 2 幢 501", "浙江省", "西湖区")


def furnish_shop(people: Sequence[Customer]) -> None:
    """A fee for small parcels, the dearest SKU on sale for a day, an address and a cart each."""
    brand = find_default_brand()
    assert brand is not None
    save_freight_template(brand=brand, terms=FREIGHT, is_default=True)
    skus = list(Sku.objects.filter(product__brand=brand).order_by("-price_fen"))
    now = clock.now()
    open_flash_sale(
        sku=skus[0],
        price_fen=9_900,
        quantity=60,
        starts_at=now,
        ends_at=now + dt.timedelta(days=1),
    )
    for customer in people:
        save_address(customer=customer, receiver=HOME)
        for sku in skus[1:3]:
            add_to_cart(customer=customer, sku=sku, quantity=1)
