"""Customers log in through WeChat: once for each attempt, to this site only."""

from typing import Any

import pytest

from members.models import Customer, Identity
from tests.pages.shop.kit import (
    FakeDirectory,
    browser_of,
    log_in,
    state_in,
    stranger,
    text_of,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_page_leads_a_stranger_to_wechat_and_back_to_itself(
    world: World, directory: FakeDirectory
) -> None:
    client = stranger()
    sent = client.get("/orders?state=paid")
    assert (sent.status_code, sent["Location"]) == (302, "/login?next=%2Forders%3Fstate%3Dpaid")

    to_wechat = client.get(sent["Location"])
    redirect_uri, state, scope = directory.asked[-1]
    assert to_wechat["Location"].startswith("http://wechat.test/authorize")
    assert redirect_uri == "http://m.aurora.localhost/login/back"
    assert scope == "snsapi_base"

    code = directory.will_be("c1", "o_eve")
    back = client.get("/login/back", {"code": code, "state": state})
    assert (back.status_code, back["Location"]) == (302, "/orders?state=paid")
    assert client.session["customer_id"] == Customer.objects.get(openid="o_eve").pk
    assert client.get("/orders").status_code == 200


def test_the_way_back_keeps_the_port_of_the_request(world: World, directory: FakeDirectory) -> None:
    stranger().get("/login", HTTP_HOST="m.aurora.localhost:8100")
    assert directory.asked[-1][0] == "http://m.aurora.localhost:8100/login/back"


def test_a_state_is_good_once(world: World, directory: FakeDirectory) -> None:
    client = stranger()
    log_in(client, directory, directory.will_be("c1", "o_eve"))
    state = directory.asked[-1][1]
    directory.will_be("c2", "o_mallory")

    client.get("/login/back", {"code": "c2", "state": state})

    assert client.session["customer_id"] == Customer.objects.get(openid="o_eve").pk
    assert directory.identified == ["c1"]
    assert not Customer.objects.filter(openid="o_mallory").exists()


def test_a_state_of_another_browser_logs_nobody_in(world: World, directory: FakeDirectory) -> None:
    stranger().get("/login")
    directory.will_be("c1", "o_mallory")
    victim = stranger()

    answer = victim.get("/login/back", {"code": "c1", "state": directory.asked[-1][1]})

    assert answer.status_code == 400
    assert "登录已过期" in text_of(answer)
    assert "customer_id" not in victim.session
    assert directory.identified == []


def test_a_login_gets_a_fresh_session_key(world: World, directory: FakeDirectory) -> None:
    client = stranger()
    client.get("/login")
    planted = client.session.session_key
    code = directory.will_be("c1", "o_eve")
    client.get("/login/back", {"code": code, "state": directory.asked[-1][1]})
    assert client.session.session_key != planted


def test_another_customer_takes_nothing_over_from_the_last(
    world: World, directory: FakeDirectory
) -> None:
    client = stranger()
    log_in(client, directory, directory.will_be("c1", "o_one"))
    session = client.session
    session["pressed_card"] = "the first one's card"
    session["login_states"] = {"s" * 26: ["/me", "snsapi_base", 4e9]}
    session.save()

    code = directory.will_be("c2", "o_two")
    client.get("/login/back", {"code": code, "state": "s" * 26})

    assert client.session["customer_id"] == Customer.objects.get(openid="o_two").pk
    assert "pressed_card" not in client.session


def test_a_snapshot_is_no_login(world: World, directory: FakeDirectory) -> None:
    client = stranger()
    answer = log_in(client, directory, directory.will_be("c1", "o_fake", is_snapshot=True))
    assert answer.status_code == 400
    assert "使用完整服务" in text_of(answer)
    assert "customer_id" not in client.session
    assert not Identity.objects.filter(value="o_fake").exists()


@pytest.mark.parametrize("query", [{}, {"code": ""}, {"code": "used"}])
def test_a_refusal_or_a_used_code_says_so_and_offers_the_way_back(
    world: World, directory: FakeDirectory, query: dict[str, str]
) -> None:
    client = stranger()
    client.get("/login", {"next": "/orders"})
    answer = client.get("/login/back", {**query, "state": directory.asked[-1][1]})
    assert answer.status_code == 400
    assert 'href="/orders"' in text_of(answer)
    assert "customer_id" not in client.session


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "http:evil.example",
        "",
    ],
)
def test_a_login_leads_nowhere_but_to_this_site(
    world: World, directory: FakeDirectory, evil: str
) -> None:
    client = stranger()
    answer = log_in(client, directory, directory.will_be("c1", "o_eve"), evil)
    assert (answer.status_code, answer["Location"]) == (302, "/me")


def test_a_session_of_one_merchant_is_worthless_at_another(
    world: World, directory: FakeDirectory
) -> None:
    client = stranger()
    log_in(client, directory, directory.will_be("c1", "o_eve"))
    elsewhere = client.get("/orders", HTTP_HOST="m.breeze.localhost")
    assert (elsewhere.status_code, elsewhere["Location"]) == (302, "/login?next=%2Forders")


def test_a_fragment_makes_its_page_log_in_and_a_form_is_not_lost_in_silence(
    world: World, directory: FakeDirectory
) -> None:
    client = stranger()
    fragment = client.get("/pay/x/state", HTTP_HX_REQUEST="true")
    assert (fragment.status_code, fragment["HX-Refresh"]) == (401, "true")
    posted = client.post("/orders/x/cancel")
    assert posted.status_code == 401
    assert "请返回上一页重新进入" in text_of(posted)


def test_many_open_attempts_are_kept_and_the_oldest_forgotten(
    world: World, directory: FakeDirectory
) -> None:
    client = stranger()
    urls = [client.get("/login")["Location"] for _ in range(6)]
    states = [state_in(url) for url in urls]
    assert len(set(states)) == 6
    assert states[0] not in client.session["login_states"]
    assert set(states[1:]) == set(client.session["login_states"])


def test_the_home_and_privacy_need_no_login(world: World) -> None:
    for url in ("/", "/privacy"):
        assert stranger().get(url).status_code == 200


def test_my_page_greets_whoever_logged_in(world: World, shop: Any) -> None:
    page = text_of(browser_of(shop.buyer).get("/me"))
    assert "我的福利" in page
    assert "还没有订单" in page
