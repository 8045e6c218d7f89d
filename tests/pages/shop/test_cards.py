"""From the card to the guide: the benefit before the question, two steps, every state."""

import re
from typing import Any

import pytest

from acquisition.models import Card, Scan
from acquisition.services import void_batch
from acquisition.services.consumption import consume
from members.models import Consent, Customer
from org.models import Staff
from pages.shop.cards import CONSENT
from tests.mall.shop import Shop
from tests.pages.shop.kit import (
    FakeDirectory,
    FakeWays,
    befriend,
    browser_of,
    log_in,
    print_cards,
    promise,
    queries_of,
    stranger,
    text_of,
)
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(world: World, shop: Shop) -> Card:
    return print_cards(world, promise(shop))[0]


def press(client: Any, directory: FakeDirectory, card: Card, openid: str = "o_new") -> Any:
    """The green button and WeChat's consent, up to the page with the guide's code."""
    client.post(f"/c/{card.serial}/press")
    code = directory.will_be(f"c{len(directory.asked)}", openid, nickname="小新", unionid="u_new")
    back = client.get("/login/back", {"code": code, "state": directory.asked[-1][1]})
    return client.get(back["Location"])


def add_the_guide(card: Card) -> None:
    """The push of WeCom has come and was matched with the scan."""
    scan = Scan.objects.get(card=card, customer__openid="o_new")
    consume(scan, befriend(scan.staff, scan.customer.member), by="unionid")


def test_the_landing_shows_the_benefit_and_asks_nothing(
    card: Card, directory: FakeDirectory
) -> None:
    client = stranger()
    page = text_of(client.get(f"/c/{card.serial}"))

    assert "试用装" in page
    assert "¥29.00" in page
    assert "添加导购，领取福利" in page
    assert page.count("<button") == 1
    assert directory.asked == []
    assert "customer_id" not in client.session


def test_the_printed_address_and_a_typed_one_lead_to_the_same_card(card: Card) -> None:
    for url in (f"/card/{card.serial.upper()}", f"/c/{card.serial.upper()}"):
        assert "试用装" in text_of(stranger().get(url))


def test_the_consent_is_short(card: Card) -> None:
    assert len(CONSENT) <= 3 * 24, "three lines of 24 characters at 375 px"
    assert CONSENT in text_of(stranger().get(f"/c/{card.serial}"))


def test_it_takes_two_steps_from_the_card_to_the_guide(
    card: Card, directory: FakeDirectory, ways: FakeWays
) -> None:
    client = stranger()
    landing = text_of(client.get(f"/c/{card.serial}"))
    page = text_of(press(client, directory, card))

    forms = re.findall(r"<form", landing)
    assert len(forms) == 1, "step one: the button"
    assert "<form" not in page, "step two happens in WeChat: nothing to fill in here"
    assert f"https://qr.test/{ways.made[0]}" in page
    assert "长按二维码" in page


def test_only_the_button_asks_for_a_name_and_it_keeps_the_consent(
    card: Card, directory: FakeDirectory, ways: FakeWays
) -> None:
    client = stranger()
    press(client, directory, card)

    assert [scope for _, _, scope in directory.asked] == ["snsapi_userinfo"]
    customer = Customer.objects.get(openid="o_new")
    assert customer.nickname == "小新"
    consent = Consent.objects.get(member=customer.member)
    assert consent.purpose == "card"
    assert consent.wording.startswith("点击即同意")


def test_nothing_begins_without_the_button(
    card: Card, shop: Shop, directory: FakeDirectory, ways: FakeWays
) -> None:
    answer = browser_of(shop.buyer).get(f"/c/{card.serial}/add")
    assert (answer.status_code, answer["Location"]) == (302, f"/c/{card.serial}")
    assert Scan.objects.count() == 0
    assert ways.made == []


def test_a_refused_authorisation_begins_nothing_later(
    card: Card, directory: FakeDirectory, ways: FakeWays
) -> None:
    client = stranger()
    client.post(f"/c/{card.serial}/press")
    client.get("/login/back", {"state": directory.asked[-1][1]})
    log_in(client, directory, directory.will_be("c1", "o_new"))

    answer = client.get(f"/c/{card.serial}/add")

    assert answer["Location"] == f"/c/{card.serial}"
    assert Scan.objects.count() == 0


def test_coming_back_shows_the_same_code_again(
    card: Card, directory: FakeDirectory, ways: FakeWays
) -> None:
    client = stranger()
    press(client, directory, card)
    again = client.get(f"/c/{card.serial}", follow=True)
    assert f"https://qr.test/{ways.made[0]}" in text_of(again)
    assert (Scan.objects.count(), len(ways.made)) == (1, 1)


def test_the_waiting_page_asks_until_the_guide_was_added(
    world: World, card: Card, directory: FakeDirectory, ways: FakeWays
) -> None:
    client = stranger()
    press(client, directory, card)
    assert client.get(f"/c/{card.serial}/state", HTTP_HX_REQUEST="true").status_code == 204

    add_the_guide(card)
    done = client.get(f"/c/{card.serial}/state", HTTP_HX_REQUEST="true")

    assert done.status_code == 286
    assert "试用装归您了" in text_of(done)
    assert "¥0.01 领取" in text_of(done)
    assert "<html" not in text_of(done)


def test_a_used_card_says_so_to_somebody_else_and_begins_nothing(
    world: World, card: Card, directory: FakeDirectory, ways: FakeWays, shop: Shop
) -> None:
    press(stranger(), directory, card)
    add_the_guide(card)

    page = text_of(stranger().get(f"/c/{card.serial}"))
    assert "这张卡已经用过了" in page
    assert "添加导购，领取福利" not in page

    other = browser_of(shop.buyer)
    pressed = other.post(f"/c/{card.serial}/press")
    assert "wechat.test" in pressed["Location"]
    scans = Scan.objects.count()
    session = other.session
    session["pressed_card"] = card.serial
    session.save()
    refused = other.get(f"/c/{card.serial}/add")
    assert refused["Location"] == f"/c/{card.serial}"
    assert Scan.objects.count() == scans


def test_a_suspect_scan_is_told_why_and_what_to_do(
    card: Card, directory: FakeDirectory, ways: FakeWays
) -> None:
    client = stranger()
    press(client, directory, card)
    Scan.objects.update(state=Scan.State.SUSPECT, reason="velocity")
    page = text_of(client.get(f"/c/{card.serial}/add"))
    assert "这张卡需要人工核实" in page
    assert "短时间内同一网络" in page
    assert "长按二维码" in page


def test_a_card_on_its_way_promises_for_the_delivery(
    world: World, card: Card, directory: FakeDirectory, ways: FakeWays
) -> None:
    Card.objects.update(tracking_no="SF1")
    client = stranger()
    assert "包裹签收后福利自动到账" in text_of(client.get(f"/c/{card.serial}"))

    press(client, directory, card)
    add_the_guide(card)
    page = text_of(client.get(f"/c/{card.serial}/add"))
    assert "包裹签收后，“试用装”会自动放进您的福利" in page


def test_a_void_and_an_unknown_card_read_the_same(card: Card) -> None:
    void_batch(batch=card.batch, reason="印错")
    gone = stranger().get(f"/c/{card.serial}")
    unknown = stranger().get("/c/00000000000")
    assert gone.status_code == unknown.status_code == 404
    assert "请核对卡面上的序列号" in text_of(gone)
    assert text_of(gone) == text_of(unknown)


def test_a_card_of_another_merchant_is_not_found(card: Card) -> None:
    answer = stranger().get(f"/c/{card.serial}", HTTP_HOST="m.breeze.localhost")
    assert answer.status_code == 404
    posted = stranger().post(f"/c/{card.serial}/press", HTTP_HOST="m.breeze.localhost")
    assert posted.status_code == 404
    assert Scan.objects.count() == 0


def test_no_guide_on_duty_is_said_kindly(
    world: World, card: Card, directory: FakeDirectory, ways: FakeWays
) -> None:
    Staff.objects.filter(role="guide").update(is_on_duty=False)
    answer = press(stranger(), directory, card)
    assert answer.status_code == 503
    assert "导购暂时不在" in text_of(answer)


def test_the_landing_keeps_its_query_budget(card: Card, directory: FakeDirectory) -> None:
    client = stranger()
    client.get(f"/c/{card.serial}")
    # 1 guesses of the address, 1 card with all it promises.
    assert len(queries_of(client, f"/c/{card.serial}")) == 2
