"""Opening and closing a staff session, bound to the tenant and the password in force."""

from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest

from core import audit
from org.models import Staff

STAFF, VIEW_AS, TENANT, HASH = "staff_id", "view_as", "tenant", "staff_hash"


def open_session(request: HttpRequest, staff: Staff) -> None:
    """A fresh session key at each login, so that a planted one is worth nothing."""
    request.session.cycle_key()
    request.session[STAFF] = staff.pk
    request.session[HASH] = staff.get_session_auth_hash()
    request.session[TENANT] = cast(Any, request).tenant.schema_name
    request.session.pop(VIEW_AS, None)


def close_session(request: HttpRequest) -> None:
    request.session.flush()


@transaction.atomic
def look_through(request: HttpRequest, other: Staff) -> None:
    """See the product as `other` does: read-only, and written down."""
    request.session[VIEW_AS] = other.pk
    audit.record("org.view_as.started", other)


@transaction.atomic
def look_no_more(request: HttpRequest) -> None:
    if request.session.pop(VIEW_AS, None):
        audit.record("org.view_as.ended")
