"""What a customer's session holds: the login, and until then the marks of a stranger."""

from typing import Any, cast

from django.http import HttpRequest

from core.ids import random_text
from members.models import Customer
from pages.sessions import TENANT

CUSTOMER, VISITOR, SHARED = "customer_id", "visitor", "shared"
PRESSED = "pressed_card"
"""The card whose button was pressed: a scan of it may begin, unless the login is refused."""
VISITOR_BITS = 160
MOST_SHARED = 20
"""Products whose guide a browser remembers."""


def open_session(request: HttpRequest, customer: Customer) -> None:
    """A fresh session key at each login; nothing of another customer comes along.

    The mark of the browser stays, so that its earlier visits find their person.
    """
    stays = {name: request.session[name] for name in (VISITOR, SHARED) if name in request.session}
    if request.session.get(CUSTOMER) not in (None, customer.pk):
        request.session.flush()
    request.session.cycle_key()
    request.session.update(stays)
    request.session[CUSTOMER] = customer.pk
    request.session[TENANT] = cast(Any, request).tenant.schema_name


def visitor_of(request: HttpRequest) -> str:
    """The mark of this browser, made when it is first asked for."""
    if VISITOR not in request.session:
        request.session[VISITOR] = random_text(VISITOR_BITS)
    return str(request.session[VISITOR])


def remember_shared(request: HttpRequest, product_id: str, token: str) -> None:
    """Keep through whose link this browser came to a product."""
    kept = {k: v for k, v in request.session.get(SHARED, {}).items() if k != product_id}
    newest = [*kept.items(), (product_id, token)][-MOST_SHARED:]
    request.session[SHARED] = dict(newest)


def shared_token(request: HttpRequest, product_id: str) -> str:
    return str(request.session.get(SHARED, {}).get(product_id, ""))
