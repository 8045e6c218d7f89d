"""Claiming for a fen: what is theirs, and nothing of anybody else's."""

import pytest

from core import clock
from mall.models import Entitlement, Order
from mall.services import grant_entitlement, settle_payment
from members.models import Member
from tests.mall.shop import Shop, later, login_of
from tests.pages.shop.kit import browser_of, promise, queries_of, text_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def entitlement(shop: Shop) -> Entitlement:
    return grant_entitlement(member=shop.buyer.member, benefit=promise(shop), source_ref="test")


def claim(entitlement: Entitlement) -> str:
    return f"/benefits/{entitlement.public_id}/claim"


def test_claiming_opens_one_order_of_one_fen_and_leads_to_its_payment(
    shop: Shop, entitlement: Entitlement
) -> None:
    client = browser_of(shop.buyer)
    first = client.post(claim(entitlement))
    order = Order.objects.get()

    assert (order.kind, order.total_fen) == ("claim", 1)
    assert first["Location"] == f"/pay/{order.public_id}"
    assert client.post(claim(entitlement))["Location"] == first["Location"]
    assert Order.objects.count() == 1


def test_a_paid_claim_leads_to_the_benefits_and_says_what_happens_next(
    shop: Shop, entitlement: Entitlement
) -> None:
    client = browser_of(shop.buyer)
    url = client.post(claim(entitlement))["Location"]
    assert "¥0.01" in text_of(client.get(url))
    order = Order.objects.get()
    settle_payment(shop.gateway.pay(order.number))

    state = client.get(f"{url}/state", HTTP_HX_REQUEST="true")
    assert state["HX-Redirect"] == "/benefits?claimed=1"
    page = text_of(client.get("/benefits?claimed=1"))
    assert "随您的下一单一起发出" in page
    assert "购物满 ¥50.00 随单发出" in page


def test_anothers_entitlement_is_not_found_and_stays_as_it_was(
    world: World, shop: Shop, entitlement: Entitlement
) -> None:
    mallory = Member.objects.create(name="马", source="test", created_at=clock.now())
    answer = browser_of(login_of(mallory, "o_mallory")).post(claim(entitlement))

    assert answer.status_code == 404
    assert Order.objects.count() == 0
    entitlement.refresh_from_db()
    assert entitlement.state == Entitlement.State.GRANTED


def test_an_expired_promise_is_refused_in_plain_words(shop: Shop, entitlement: Entitlement) -> None:
    client = browser_of(shop.buyer)
    with later(days=31):
        answer = client.post(claim(entitlement))
    assert answer.status_code == 409
    assert "这份福利已经过期" in text_of(answer)
    assert Order.objects.count() == 0


def test_a_claim_link_we_never_made_is_not_found(shop: Shop) -> None:
    assert browser_of(shop.buyer).get("/card/claim/none").status_code == 404


def test_the_list_of_benefits_costs_the_same_for_many(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    grant_entitlement(member=shop.buyer.member, benefit=promise(shop), source_ref="t")
    few = len(queries_of(client, "/benefits"))
    for number in range(12):
        benefit = promise(shop, name=f"福利{number}")
        grant_entitlement(member=shop.buyer.member, benefit=benefit, source_ref="t")
    # 1 session, 1 customer, 1 count, 1 promises with benefit, product and carrier, 1 cart.
    assert (few, len(queries_of(client, "/benefits"))) == (5, 5)
