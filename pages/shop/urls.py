"""Routes of the customer pages."""

from django.urls import URLPattern, path

from pages.shop import (
    benefits,
    cards,
    checkout,
    login,
    me,
    orders,
    paying,
    products,
    refunds,
    sharing,
)

urlpatterns: list[URLPattern] = [
    path("", products.home),
    path("login", login.start),
    path("login/back", login.back),
    path("c/<str:serial>", cards.landing),
    path("c/<str:serial>/press", cards.press),
    path("c/<str:serial>/add", cards.add),
    path("c/<str:serial>/state", cards.state),
    path("card/<str:serial>", cards.landing),
    path("card/claim/<str:token>", benefits.claim_link),
    path("benefits", benefits.benefits),
    path("benefits/<str:entitlement_id>/claim", benefits.claim),
    path("s/<str:token>", sharing.share),
    path("p/<str:product_id>", products.product),
    path("p/<str:product_id>/guide", products.guide),
    path("buy", checkout.buy),
    path("pay/<str:order_id>", paying.pay),
    path("pay/<str:order_id>/state", paying.state),
    path("me", me.me),
    path("privacy", me.privacy),
    path("orders", orders.orders),
    path("orders/<str:order_id>", orders.order),
    path("orders/<str:order_id>/cancel", orders.cancel),
    path("orders/<str:order_id>/receive", orders.receive),
    path("orders/<str:order_id>/refund", refunds.refund),
]
