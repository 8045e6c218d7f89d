"""What the customer's views share: who is asking, from which device and address."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from members.models import Customer
from pages.shop.sessions import visitor_of

ANONYMOUS_IP = ""


def customer_of(request: HttpRequest) -> Customer:
    """The customer the access middleware let in."""
    return cast(Customer, cast(Any, request).customer)


def find_visitor(request: HttpRequest) -> Customer | None:
    """The customer of a page that everybody may see, when they have logged in."""
    return cast("Customer | None", getattr(request, "customer", None))


def address_of(request: HttpRequest) -> str:
    """The caller's network address; behind our proxy, the one that the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ANONYMOUS_IP))


def device_of(request: HttpRequest) -> str:
    """A mark of this browser that outlives a change of customers."""
    return visitor_of(request)


def is_fragment(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))
