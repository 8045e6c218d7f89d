"""The textbook: lock the row, look, count, write four rows; behind our own middleware.

It keeps no evidence, no idempotency key, no limit for a person, no end of the wait.
"""

import datetime as dt

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from siyu.wsgi import application

from core import clock  # isort: skip
from core.ids import random_text  # isort: skip
from core.models import Event as EventRow  # isort: skip
from mall.models import Order, OrderLine, Payment, Stock  # isort: skip
from org.contracts import policy  # isort: skip
from tenants import middleware  # isort: skip

__all__ = ["application"]


@policy("customer")
@transaction.atomic
def buy(request: HttpRequest) -> HttpResponse:
    customer = request.customer  # type: ignore[attr-defined]
    places = Stock.objects.select_for_update(of=("self",)).select_related("sku__product")
    place = places.get(sku__code=request.POST["sku"])
    if place.on_hand - place.sold < 1:
        return HttpResponse("sold out", status=409)
    place.sold += 1
    place.save()
    now, sku = clock.now(), place.sku
    number = random_text(120)
    order = Order.objects.create(
        number=number,
        platform_order_no=number,
        brand_id=sku.product.brand_id,
        member_id=customer.member_id,
        customer=customer,
        goods_fen=sku.price_fen,
        total_fen=sku.price_fen,
        receiver=request.POST["address"],
        placed_at=now,
        expires_at=now + dt.timedelta(minutes=15),
    )
    OrderLine.objects.create(
        order=order,
        sku=sku,
        location_id=place.location_id,
        title=sku.product.title,
        quantity=1,
        held=1,
        price_fen=sku.price_fen,
        amount_fen=sku.price_fen,
    )
    Payment.objects.create(
        order=order, out_trade_no=number, amount_fen=sku.price_fen, created_at=now
    )
    EventRow.objects.create(name="bench.order_placed", payload={"order_id": order.pk}, at=now)
    return redirect(f"/pay/{order.public_id}")


urlpatterns = [path("buy", buy)]
middleware.URLCONFS["customer"] = __name__
