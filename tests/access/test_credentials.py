"""What opens something at one merchant is worth nothing at another: the answer is that to
a value drawn at random."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

from acquisition.serials import new_serial
from core.idempotency import answer_once
from core.ids import random_text
from core.models import IdempotencyKey
from mall.models import Order
from org.services import find_api_key
from siyu.middleware import actor
from tenants.context import entered
from tests.access import senders
from tests.access.checksums import Books, changed
from tests.access.shapes import shape_of
from tests.access.stage import Side, Stage
from tests.world import Browser

Use = Callable[[Side, str], Any]


@dataclass(frozen=True)
class Kind:
    """A kind of credential: the other merchant's, one drawn at random, and how it is shown."""

    theirs: Callable[[Side], str]
    drawn: Callable[[], str]
    use: Use


def thing(name: str) -> Callable[[Side], str]:
    return lambda side: side.groups["own"].things[name]


def secret(name: str) -> Callable[[Side], str]:
    return lambda side: side.secrets[name]


def cookie(role: str) -> Callable[[Side], str]:
    return lambda side: side.credentials[role]["HTTP_COOKIE"].partition("=")[2]


def get(surface: str, path: str, role: str = "anonymous") -> Use:
    """A GET on Aurora's host by somebody of Aurora; {} is the credential."""

    def use(side: Side, value: str) -> Any:
        browser = Browser(HTTP_HOST=side.host(surface), **side.credentials[role])
        return browser.get(path.format(value))

    return use


def post(surface: str, path: str, role: str = "anonymous", **fields: str) -> Use:
    def use(side: Side, value: str) -> Any:
        browser = Browser(HTTP_HOST=side.host(surface), **side.credentials[role])
        return browser.post(path.format(value), fields)

    return use


def with_session(surface: str, path: str) -> Use:
    def use(side: Side, value: str) -> Any:
        browser = Browser(HTTP_HOST=side.host(surface), HTTP_COOKIE=f"siyu_session={value}")
        return browser.get(path)

    return use


def with_key(side: Side, value: str) -> Any:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {value}"}
    return Browser(HTTP_HOST=side.host("staff"), **headers).get("/orders")


def called_by_wecom(side: Side, value: str) -> Any:
    browser = Browser(HTTP_HOST=side.host("staff"))
    return senders.send(browser, "wecom", "POST", f"/wecom/callback/{value}", side)


def notified(side: Side, value: str) -> Any:
    browser = Browser(HTTP_HOST=side.host("staff"))
    return senders.send(browser, "pay", "POST", f"/pay/notify/{value}", side)


def looked_over(side: Side, value: str) -> Any:
    """An uploaded file, as the import page shows it before it is brought in."""
    brand = side.groups["own"].things["brand"]
    path = f"/orders/import/{value}?platform=generic&brand={brand}"
    return get("staff", path, "admin")(side, value)


def a_key() -> str:
    return f"{random_text(50)}.{random_text(160)}"


def drawn() -> str:
    return random_text(128)


KINDS = {
    "a session of staff": Kind(cookie("admin"), drawn, with_session("staff", "/orders")),
    "a session of a customer": Kind(cookie("customer"), drawn, with_session("customer", "/orders")),
    "a share link": Kind(thing("share_link"), drawn, get("customer", "/s/{}")),
    "a share mark on a product": Kind(thing("share_link"), drawn, get("customer", "/?s={}")),
    "a claim link": Kind(thing("claim"), drawn, get("customer", "/card/claim/{}", "customer")),
    "a card": Kind(thing("card"), new_serial, get("customer", "/c/{}")),
    "a card's button": Kind(thing("card"), new_serial, post("customer", "/c/{}/press")),
    "a callback key": Kind(secret("callback_key"), drawn, called_by_wecom),
    "a notify key": Kind(secret("notify_key"), drawn, notified),
    "an api key": Kind(thing("api_secret"), a_key, with_key),
    "an upload": Kind(thing("upload"), drawn, looked_over),
    "a task": Kind(thing("task"), drawn, get("staff", "/tasks/{}", "admin")),
    "an entitlement": Kind(
        thing("entitlement"), drawn, post("customer", "/benefits/{}/claim", "customer")
    ),
    "an order": Kind(thing("open_order"), drawn, get("customer", "/pay/{}", "customer")),
    "a login state of a customer": Kind(
        lambda side: login_state(side, "customer"), drawn, get("customer", "/login/back?state={}")
    ),
    "a login state of a guide": Kind(
        lambda side: login_state(side, "staff"),
        drawn,
        get("staff", "/g/login/callback?state={}&code=c"),
    ),
}


def login_state(side: Side, surface: str) -> str:
    """The state of a login that was just begun at that merchant."""
    browser = Browser(HTTP_HOST=side.host(surface))
    path = "/login" if surface == "customer" else "/g/login"
    place = browser.get(path)["Location"]
    return str(place.partition("state=")[2].partition("&")[0].partition("#")[0])


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_credential_of_the_other_merchant_is_as_good_as_a_random_one(
    stage: Stage, kind: Kind
) -> None:
    books = Books((stage.aurora.tenant.schema_name, stage.breeze.tenant.schema_name))
    theirs, random = kind.theirs(stage.breeze), kind.drawn()
    before = books.whole()

    answer = kind.use(stage.aurora, theirs)

    assert shape_of(answer, theirs) == shape_of(kind.use(stage.aurora, random), random)
    assert not stage.canaries.found_in(answer)
    assert changed(before, books.whole(), stage.breeze.tenant.schema_name) == []


ELSEWHERE_PROVED = (
    "an api key",
    "a share mark on a product",
    "a login state of a customer",
    "a login state of a guide",
)
"""A key opens nothing yet; a mark changes no page of a stranger; a state is good only in the
browser that asked for it, which the tests of the logins show."""


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ELSEWHERE_PROVED])
def test_ones_own_credential_is_worth_more_than_a_random_one(stage: Stage, name: str) -> None:
    """Without this the test above would pass on a misspelt address."""
    kind = KINDS[name]
    mine, random = kind.theirs(stage.aurora), kind.drawn()
    with transaction.atomic():
        opened = shape_of(kind.use(stage.aurora, mine), mine)
        transaction.set_rollback(True)
    assert opened[0] < 400
    assert opened != shape_of(kind.use(stage.aurora, random), random)


def test_an_api_key_is_found_at_its_own_merchant_only(stage: Stage) -> None:
    token = stage.breeze.groups["own"].things["api_secret"]
    with entered(stage.breeze.tenant):
        assert find_api_key(token) is not None
    with entered(stage.aurora.tenant):
        assert find_api_key(token) is None


def test_a_token_of_another_merchants_form_is_refused_like_a_random_one(stage: Stage) -> None:
    def form_of(side: Side) -> tuple[Browser, str]:
        browser = Browser(enforce_csrf_checks=True, HTTP_HOST=side.host("staff"))
        browser.get("/login")
        return browser, browser.cookies["siyu_csrf"].value

    (mine, token), (_, theirs) = form_of(stage.aurora), form_of(stage.breeze)
    fields = {"username": "admin", "password": "wrong"}

    def sent(value: str) -> Any:
        return mine.post("/login", {**fields, "csrfmiddlewaretoken": value})

    assert sent(token).status_code == 401
    assert shape_of(sent(theirs)) == shape_of(sent("x" * 32))
    assert sent(theirs).status_code == 403


def test_an_idempotency_key_of_another_merchant_is_a_new_one_here(stage: Stage) -> None:
    with entered(stage.breeze.tenant):
        assert answer_once("buy", "the-same-key", {"n": 1}, lambda: (200, "theirs"))[1] == "theirs"
    with entered(stage.aurora.tenant):
        answer = answer_once("buy", "the-same-key", {"n": 2}, lambda: (200, "ours"))
        assert answer == (200, "ours")
        assert IdempotencyKey.objects.filter(key="the-same-key").count() == 1


def test_an_order_key_of_another_merchant_is_a_new_one_here(stage: Stage) -> None:
    """A customer's page may draw the key that a customer of Breeze has used already."""
    things = stage.aurora.groups["own"].things
    with entered(stage.breeze.tenant):
        Order.objects.filter(public_id=stage.breeze.groups["own"].things["paid_order"]).update(
            idempotency_key="drawn-twice-0001"
        )
    browser = Browser(
        HTTP_HOST=stage.aurora.host("customer"), **stage.aurora.credentials["customer"]
    )
    home = {"name": "伊芙", "phone": "13800000001", "province": "上海市", "city": "上海市"}
    form = {"sku": "K1", "n": "1", "total_fen": things["total_fen"], "key": "drawn-twice-0001"}

    answer = browser.post("/buy", {**home, **form, "address": "南京东路 1 号"})

    assert answer.status_code == 302
    with entered(stage.aurora.tenant):
        assert Order.objects.filter(idempotency_key="drawn-twice-0001").count() == 1


def test_the_replay_of_a_session_would_be_seen(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the binding to a merchant switched off, a session carried over opens the door."""
    monkeypatch.setattr(actor, "_is_foreign", lambda *_: False)
    key = cookie("admin")(stage.aurora)
    with entered(stage.aurora.tenant):
        row = Session.objects.get(pk=key)
    with entered(stage.breeze.tenant):
        Session.objects.create(
            session_key=key, session_data=row.session_data, expire_date=row.expire_date
        )
        person = stage.breeze.staff["admin"]
        person.password = stage.aurora.staff["admin"].password
        person.save(update_fields=["password"])

    browser = Browser(HTTP_HOST=stage.breeze.host("staff"), **stage.aurora.credentials["admin"])

    assert browser.get("/orders").status_code == 200
