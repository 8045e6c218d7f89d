"""Who is asking: staff, a customer, an API key, or nobody; bound to this tenant."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse

from core.context import acting_as
from members.models import Customer
from members.selectors import find_customer
from org import selectors
from org.models import Staff

STAFF, VIEW_AS, TENANT, HASH = "staff_id", "view_as", "tenant", "staff_hash"
CUSTOMER = "customer_id"


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        who: Any = request
        who.staff = who.real_staff = who.customer = None
        if _is_foreign(who.session, who.tenant.schema_name):
            who.session.flush()
        staff = self._staff(request)
        if staff is None:
            return self._serve_customer(request)
        who.real_staff = staff
        who.staff = self._seen_as(request, staff)
        behalf = who.staff.name if who.staff.pk != staff.pk else ""
        with acting_as(kind="staff", id=staff.pk, label=staff.name, behalf_of=behalf):
            return self.get_response(request)

    def _serve_customer(self, request: HttpRequest) -> HttpResponse:
        customer = self._customer(request)
        if customer is None:
            return self.get_response(request)
        cast(Any, request).customer = customer
        with acting_as(kind="customer", id=customer.pk, label=str(customer.member)):
            return self.get_response(request)

    def _customer(self, request: HttpRequest) -> Customer | None:
        customer_id = request.session.get(CUSTOMER)
        return find_customer(customer_id) if customer_id else None

    def _staff(self, request: HttpRequest) -> Staff | None:
        """A disabled person or a changed password ends the session at once."""
        staff_id = request.session.get(STAFF)
        staff = selectors.find_staff(staff_id) if staff_id else None
        if staff is None:
            return None
        fresh = request.session.get(HASH) == staff.get_session_auth_hash()
        if staff.is_active and fresh:
            return staff
        request.session.flush()
        return None

    def _seen_as(self, request: HttpRequest, staff: Staff) -> Staff:
        other_id = request.session.get(VIEW_AS)
        if not other_id or not selectors.is_allowed(staff, "staff.view_as"):
            return staff
        return selectors.find_staff(other_id) or staff


def _is_foreign(session: Any, schema_name: str) -> bool:
    """Whether a session holds somebody without being bound to this very tenant."""
    bound_to = session.get(TENANT)
    holds_somebody = STAFF in session or CUSTOMER in session
    return bound_to != schema_name and bool(bound_to or holds_somebody)
