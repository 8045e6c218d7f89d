"""The fixed cast. Aurora is a brand with two stores; Zoe of Breeze may see nothing of it.

Ann operates the brand, Bo manages the first store, Cai guides there, Dee guides in the
other store, Finn keeps the books, and Eve is a member.
"""

import copy
import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection
from django.test import Client
from django.test.client import ClientHandler

from core import clock
from core.context import schema
from members.models import Member
from org.contracts import Role
from org.models import OrgUnit, Staff
from org.services import create_staff, create_unit

MONDAY = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
"""Monday 2026-03-02, 10:00 in Shanghai."""

PASSWORD = "correct horse"


@dataclass
class World:
    brand: OrgUnit
    first_store: OrgUnit
    other_store: OrgUnit
    admin: Staff
    ann: Staff
    bo: Staff
    cai: Staff
    dee: Staff
    finn: Staff
    eve: Member


def build_world() -> World:
    brand = OrgUnit.objects.get(kind=OrgUnit.Kind.BRAND)
    first = create_unit(kind="store", name="南京路店", code="s1", parent=brand, city="上海市")
    other = create_unit(kind="store", name="湖滨店", code="s2", parent=brand, city="杭州市")

    def person(username: str, name: str, role: Role, unit: OrgUnit) -> Staff:
        return create_staff(
            username=username,
            name=name,
            role=role,
            unit=unit,
            wecom_userid=f"wx_{username}" if role is Role.GUIDE else None,
        )

    return World(
        brand=brand,
        first_store=first,
        other_store=other,
        admin=Staff.objects.get(username="admin"),
        ann=person("ann", "安", Role.OPERATOR, brand),
        bo=person("bo", "柏", Role.MANAGER, first),
        cai=person("cai", "蔡", Role.GUIDE, first),
        dee=person("dee", "狄", Role.GUIDE, other),
        finn=person("finn", "范", Role.FINANCE, brand),
        eve=Member.objects.create(name="伊芙", source="test", created_at=clock.now()),
    )


_handler: Any = ClientHandler(enforce_csrf_checks=False)


class Browser(Client):
    """A client that leaves the test's own connection on the schema where it was.

    All browsers share one chain of middleware: building it lists every static file.
    """

    def __init__(self, *, enforce_csrf_checks: bool = False, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=enforce_csrf_checks, **defaults)
        if _handler._middleware_chain is None:
            _handler.load_middleware()
        self.handler = copy.copy(_handler)
        self.handler.enforce_csrf_checks = enforce_csrf_checks

    def request(self, **request: Any) -> Any:
        wrapper = cast(Any, connection)
        former = wrapper.tenant
        try:
            return super().request(**request)
        finally:
            wrapper.set_tenant(former)


def client_for(staff: Staff | None, host: str = "aurora.localhost") -> Browser:
    """A browser of this person on that host."""
    client = Browser(HTTP_HOST=host)
    if staff is not None:
        session = client.session
        session["staff_id"] = staff.pk
        session["staff_hash"] = staff.get_session_auth_hash()
        session["tenant"] = schema()
        session.save()
        client.cookies["siyu_session"] = str(session.session_key)
    return client
