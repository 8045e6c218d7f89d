"""Whatever is not WeChat Pay telling us of our order changes nothing and is told nothing."""

from dataclasses import replace

import pytest

from core import jobs
from core.models import InboxMessage, Journal
from mall.models import Order, PayException
from tests.footprint import footprint, grown
from tests.twin import forge_pay
from tests.twin.forge_desk import Desk, Forged, Known, payment, sign, true_body
from tests.twin.forge_pay import Forgery, Kind, name_of, of_kind
from tests.wechatpay.conftest import KEY_ID, Send
from wechatpay.models import PayMerchant

pytestmark = pytest.mark.django_db


def run_all() -> None:
    for lane in jobs.LANES:
        jobs.run_due(lane)


def order_of(known: Known) -> Order:
    return Order.objects.get(number=known.out_trade_no)


def messages() -> list[InboxMessage]:
    return list(InboxMessage.objects.filter(source="wechatpay"))


@pytest.mark.parametrize("forgery", of_kind(Kind.UNSIGNED), ids=name_of)
def test_an_unsigned_notice_is_refused_without_a_trace(
    forgery: Forgery, desk: Desk, waiting: Known, send: Send
) -> None:
    forged, before = forgery.build(desk, waiting), footprint()

    answer = send(forged)
    run_all()

    assert answer.status_code == 401
    assert answer.json() == {"code": "FAIL", "message": "失败"}
    assert grown(before) == {}
    assert order_of(waiting).state == Order.State.CREATED


TOO_LONG = {"body_of_5_megabytes", "plaintext_nested_100000_deep"}


@pytest.mark.parametrize("forgery", of_kind(Kind.UNREADABLE), ids=name_of)
def test_an_unreadable_notice_is_refused_or_a_dead_letter(
    forgery: Forgery, desk: Desk, waiting: Known, send: Send
) -> None:
    forged, before = forgery.build(desk, waiting), footprint()

    answer = send(forged)
    run_all()

    if forgery.name.startswith("plaintext_") and forgery.name not in TOO_LONG:
        assert answer.status_code == 204
        assert grown(before) == {"core_inboxmessage": 1, "core_job": 1}
        assert [message.state for message in messages()] == [InboxMessage.State.DEAD]
    else:
        assert answer.status_code == (413 if forgery.name in TOO_LONG else 400)
        assert grown(before) == {}
    assert order_of(waiting).state == Order.State.CREATED


@pytest.mark.parametrize("forgery", of_kind(Kind.SENSELESS), ids=name_of)
def test_a_senseless_notice_is_a_dead_letter_and_moves_no_money(
    forgery: Forgery, desk: Desk, waiting: Known, send: Send
) -> None:
    forged, before = forgery.build(desk, waiting), footprint()

    answer = send(forged)
    run_all()

    left = grown(before)
    if answer.status_code == 204:
        assert left.pop("mall_payexception", 0) == PayException.objects.count()
        assert left == {"core_inboxmessage": 1, "core_job": 1}
        assert [message.state for message in messages()] == [InboxMessage.State.DEAD]
        assert messages()[0].reason
    else:
        assert (answer.status_code, left) == (400, {})
    assert order_of(waiting).state == Order.State.CREATED
    assert Journal.objects.count() == 0


@pytest.mark.parametrize("forgery", of_kind(Kind.ODD), ids=name_of)
def test_an_odd_notice_has_one_effect_at_most(
    forgery: Forgery, desk: Desk, waiting: Known, send: Send
) -> None:
    forged = forgery.build(desk, waiting)

    answers = [send(forged).status_code for _ in range(2)]
    run_all()

    assert answers[0] == answers[1]
    assert answers[0] in (204, 400)
    assert Journal.objects.filter(kind="order.paid").count() <= 1
    assert len(messages()) <= 1


@pytest.mark.parametrize(
    "name", ["amount_stated_twice_true_first", "amount_stated_twice_true_last"]
)
def test_an_amount_stated_twice_is_no_amount(
    name: str, desk: Desk, waiting: Known, send: Send
) -> None:
    send(forge_pay.FORGERIES[name].build(desk, waiting))
    run_all()

    assert order_of(waiting).state == Order.State.CREATED
    assert [message.reason.partition(":")[0] for message in messages()] == ["notice_senseless"]


def test_a_type_stated_twice_is_refused(desk: Desk, waiting: Known, send: Send) -> None:
    forged = forge_pay.FORGERIES["event_type_stated_twice"].build(desk, waiting)

    assert send(forged).status_code == 400
    assert messages() == []


@pytest.mark.parametrize("name", ["another_mchid", "refund_of_another_merchant"])
def test_news_of_another_merchant_does_not_reach_the_mall(
    name: str, desk: Desk, waiting: Known, send: Send
) -> None:
    send(forge_pay.FORGERIES[name].build(desk, waiting))
    run_all()

    assert "商户号" in messages()[0].reason
    assert not PayException.objects.exists()


@pytest.mark.parametrize("forgery", of_kind(Kind.GENUINE), ids=name_of)
def test_a_genuine_notice_pays_once_however_often_it_comes(
    forgery: Forgery, desk: Desk, waiting: Known, send: Send
) -> None:
    forged = forgery.build(desk, waiting)
    copies = [
        forged,
        forge_pay.again(forged),
        forge_pay.resigned(desk, forged),
        forge_pay.retold(desk, waiting),
    ]

    for copy in copies:
        assert send(copy).status_code == 204
        run_all()

    assert order_of(waiting).state == Order.State.PAID
    assert Journal.objects.filter(kind="order.paid").count() == 1
    assert {message.state for message in messages()} == {InboxMessage.State.DONE}
    assert not PayException.objects.exists()


def test_an_exact_replay_after_five_minutes_is_refused(
    desk: Desk, waiting: Known, send: Send
) -> None:
    old = sign(desk, true_body(desk, waiting), shift=-301)
    before = footprint()

    assert send(old).status_code == 401
    assert grown(before) == {}


MISADDRESSED = {
    "unknown_address": ({"path": "/pay/notify/00000000000000000000000000"}, 404),
    "customer_host": ({"host": "m.aurora.localhost"}, 404),
    "other_merchants_host": ({"host": "breeze.localhost"}, 404),
    "get": ({"method": "GET"}, 405),
    "put": ({"method": "PUT"}, 405),
    "head": ({"method": "HEAD"}, 405),
    "path_traversal": ({"path": "/pay/notify/../../etc/passwd"}, 404),
}


@pytest.mark.parametrize("name", MISADDRESSED)
def test_a_misaddressed_notice_changes_nothing(
    name: str, desk: Desk, waiting: Known, send: Send
) -> None:
    how, status = MISADDRESSED[name]
    before = footprint()

    assert send(payment(desk, waiting), **how).status_code == status
    assert grown(before) == {}


def test_a_signature_type_may_be_left_out(desk: Desk, waiting: Known, send: Send) -> None:
    forged = sign(desk, true_body(desk, waiting), signature_type=None)

    assert send(forged).status_code == 204


def test_the_key_of_another_merchant_opens_nothing(
    desk: Desk, merchant: PayMerchant, waiting: Known, send: Send
) -> None:
    PayMerchant.objects.filter(pk=merchant.pk).update(public_key_id=KEY_ID[:-1] + "2")
    before = footprint()

    assert send(payment(desk, waiting)).status_code == 401
    assert grown(before) == {}


def test_the_signature_check_is_what_refuses(desk: Desk, waiting: Known, send: Send) -> None:
    """Guard against vacuity: the stranger's notice is fine but for its signature."""
    body = true_body(desk, waiting)
    stranger = sign(desk, body, key=desk.stranger_pem)
    rightly = Forged(sign(desk, body).headers, stranger.body)

    assert send(stranger).status_code == 401
    assert send(replace(rightly)).status_code == 204


def test_there_are_enough_forgeries() -> None:
    refused = of_kind(Kind.UNSIGNED, Kind.UNREADABLE, Kind.SENSELESS, Kind.ODD)
    assert len(refused) >= 30
