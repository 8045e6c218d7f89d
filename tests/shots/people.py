"""Who looks: each at the width of the device that they use."""

import os
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from members.models import Customer
from org.models import Staff
from tenants.context import elsewhere, entered
from tenants.models import Tenant


@dataclass(frozen=True)
class Person:
    """`who` is a username, "customer" or "" for nobody."""

    name: str
    slug: str
    surface: str
    who: str
    width: int
    height: int = 900

    @property
    def host(self) -> str:
        base = settings.SIYU_BASE_DOMAIN
        return f"m.{self.slug}.{base}" if self.surface == "customer" else f"{self.slug}.{base}"

    @property
    def is_phone(self) -> bool:
        return self.width < 500


PEOPLE = (
    Person("管理员", "aurora", "staff", "admin", 1440),
    Person("分析", "aurora", "staff", "nan", 1440),
    Person("店长", "aurora", "staff", "bo", 1440),
    Person("空商家管理员", "breeze", "staff", "admin", 1440),
    Person("导购", "aurora", "staff", "cai", 375, 812),
    Person("侧边栏导购", "aurora", "staff", "cai", 360, 640),
    Person("新导购", "breeze", "staff", "cai", 375, 812),
    Person("顾客", "aurora", "customer", "customer", 375, 812),
    Person("陌生人", "aurora", "customer", "", 375, 812),
    Person("平台", "platform", "platform", "platform", 1440),
    Person("未登录", "aurora", "staff", "", 1440),
)


class Visitor:
    """A browser of one person, logged in as the session middleware would have it."""

    def __init__(self, browser: Any, person: Person) -> None:
        self.person = person
        self.console: list[str] = []
        self.base = f"http://{person.host}:{os.environ['SIYU_PORT']}"
        self.context = browser.new_context(
            viewport={"width": person.width, "height": person.height},
            device_scale_factor=1,
            has_touch=person.is_phone,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        if person.who:
            self.context.add_cookies(
                [{"name": "siyu_session", "value": _session(person), "url": self.base}]
            )

    def open(self, url: str) -> Any:
        page = self.context.new_page()
        self.console = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.goto(self.base + url, wait_until="load")
        page.wait_for_timeout(250)
        return page

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.console.append(message.text)

    def close(self) -> None:
        self.context.close()


@elsewhere()
def _session(person: Person) -> str:
    with entered(Tenant.objects.get(slug=person.slug)) as tenant:
        session = SessionStore()
        session["tenant"] = tenant.schema_name
        if person.who == "customer":
            session["customer_id"] = chosen_customer().pk
        else:
            staff = Staff.objects.get(username=person.who)
            session["staff_id"] = staff.pk
            session["staff_hash"] = staff.get_session_auth_hash()
        session.create()
        return str(session.session_key)


def chosen_customer() -> Customer:
    """The customer with the most orders: somebody whose pages are full."""
    ranked = Customer.objects.order_by("pk")
    return max(ranked, key=lambda customer: customer.member.order_set.count())
