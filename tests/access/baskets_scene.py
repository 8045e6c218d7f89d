"""What a customer has put by, and the terms on which their brand sells and sends."""

import datetime as dt
from typing import Any

from core import clock
from mall import services as mall
from mall.contracts import Receiver
from mall.models import Order, Refund, Sku

ONE_DAY = dt.timedelta(days=1)
EVERYWHERE = {"regions": [], "first": 1, "first_fee_fen": 800, "next": 1, "next_fee_fen": 200}


def put_by(group: Any, sku: Sku, shipped: Order) -> dict[str, str]:
    """A line of a cart, an address, a parcel that is to come back; a template that nothing
    is sent by, and a flash sale that runs.
    """
    mall.add_to_cart(customer=group.customer, sku=sku, quantity=1)
    home = Receiver(
        name=group.text("收"),
        phone="13800000001",
        province="上海市",
        city="上海市",
        address=group.text("路 2 号"),
    )
    of_brand = group.mark if "BRAND" in group.mark else ""
    terms = mall.FreightTerms(name=f"生鲜运费{of_brand}", basis="piece", zones=[EVERYWHERE])
    now = clock.now()
    sale = mall.open_flash_sale(
        sku=sku, price_fen=8_000, quantity=4, starts_at=now, ends_at=now + ONE_DAY
    )
    return {
        "address": mall.save_address(customer=group.customer, receiver=home).public_id,
        "freight": mall.save_freight_template(brand=group.brand, terms=terms).public_id,
        "flash_sale": sale.public_id,
        "coming_refund": _coming_back(group, shipped).out_refund_no,
        "brand_code": group.brand.code,
        "store_pk": str(group.store.pk),
    }


def _coming_back(group: Any, shipped: Order) -> Refund:
    refund = mall.request_refund(
        order=shipped,
        lines=[(shipped.lines.get().pk, 1_000)],
        reason=group.text("尺码不合适"),
        way=Refund.Way.RETURN_GOODS,
    )
    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.TO_RETURN)
    return refund
