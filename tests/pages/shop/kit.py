"""A customer's browser on Aurora's pages, with every platform behind them faked."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import connection
from django.test.utils import CaptureQueriesContext

from acquisition.contracts import InviteLink, Way
from acquisition.models import Card
from acquisition.services import create_batch
from core import clock
from core.context import schema
from core.errors import PortFailure
from mall.models import Benefit
from mall.services import create_benefit
from members.contracts import CustomerIdentity
from members.models import Contact, Customer, Member
from members.services import record_contact
from org.models import Staff
from tests.mall.fakes import MERCHANT
from tests.mall.shop import Shop
from tests.world import Browser, World, client_for

HOST = "m.aurora.localhost"


@dataclass
class FakeDirectory:
    """WeChat's login: a code is somebody, once."""

    people: dict[str, CustomerIdentity] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    identified: list[str] = field(default_factory=list)

    def authorize_url(self, redirect_uri: str, state: str, scope: str = "snsapi_base") -> str:
        self.asked.append((redirect_uri, state, scope))
        return f"http://wechat.test/authorize?state={state}"

    def identify(self, code: str) -> CustomerIdentity:
        self.identified.append(code)
        if code not in self.people:
            raise PortFailure("40163", "授权码已经用过")
        return self.people.pop(code)

    def will_be(self, code: str, openid: str, **known: Any) -> str:
        self.people[code] = CustomerIdentity(appid=MERCHANT.appid, openid=openid, **known)
        return code


@dataclass
class FakeWays:
    """Contact codes without WeCom."""

    made: list[str] = field(default_factory=list)

    def create(self, userids: list[str], state: str, remark: str = "") -> Way:
        self.made.append(state)
        return Way(config_id=f"cfg{len(self.made)}", qr_url=f"https://qr.test/{state}", state=state)

    def find(self, state: str) -> Way | None:
        return None

    def change_staff(self, config_id: str, userids: list[str]) -> None: ...

    def delete(self, config_id: str) -> None: ...

    def create_link(self, userid: str, name: str) -> InviteLink:
        return InviteLink("link", "https://work.test/ca/link")

    def delete_link(self, link_id: str) -> None: ...


def stranger() -> Browser:
    return client_for(None, HOST)


def browser_of(customer: Customer, host: str = HOST) -> Browser:
    """A browser in which this customer has logged in."""
    client = client_for(None, host)
    session = client.session
    session["customer_id"] = customer.pk
    session["tenant"] = schema()
    session.save()
    client.cookies["siyu_session"] = session.session_key or ""
    return client


def log_in(client: Browser, directory: FakeDirectory, code: str, next_path: str = "/me") -> Any:
    """To WeChat and back with a code, as a browser goes."""
    client.get("/login", {"next": next_path})
    return client.get("/login/back", {"code": code, "state": directory.asked[-1][1]})


def promise(shop: Shop, **terms: Any) -> Benefit:
    fields = {"worth_fen": 2_900, "threshold_fen": 5_000, "name": "试用装", **terms}
    return create_benefit(sku=shop.soap, **fields)


def print_cards(world: World, benefit: Benefit, size: int = 1) -> list[Card]:
    batch = create_batch(name="三月", benefit=benefit, brand=world.brand, size=size)
    return list(Card.objects.filter(batch=batch).order_by("pk"))


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def field_in(page: str, name: str) -> str:
    """The value of an input of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found.group(1)


def state_in(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def queries_of(client: Any, url: str) -> list[str]:
    """What a page asks the tenant's tables; which tenant it is was asked before, and is cached."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    choosing = ("SET search_path", "SELECT current_schema", 'SELECT "tenants_')
    return [query["sql"] for query in captured if not query["sql"].startswith(choosing)]


def befriend(guide: Staff, member: Member) -> Contact:
    """The member has this guide on WeChat."""
    contact, _ = record_contact(
        staff=guide,
        external_userid=f"ext_{member.pk}",
        unionid="",
        name=member.name,
        state="",
        add_way=0,
        at=clock.now(),
        event_at=clock.now(),
    )
    Contact.objects.filter(pk=contact.pk).update(member=member)
    return contact
