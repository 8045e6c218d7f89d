"""Notifications: sealed, signed, repeated until acknowledged, sometimes doubled or probing."""

import itertools
import time
from datetime import datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.twin.pay_kit import (
    HOST,
    NOTIFY_URL,
    Shop,
    assert_signed,
    new_number,
    unseal,
    wait_for,
)
from twin.pay.notify import SCHEDULE


def notification(shop: Shop, number: str) -> Any:
    found = [one for one in shop.state()["notifications"] if one["ref"] == number]
    assert len(found) == 1
    return found[0]


def settled(shop: Shop, number: str, attempts: int) -> Any:
    """The notification once so many answers have come back."""

    def counted():
        found = notification(shop, number)
        return found if found["attempts"] >= attempts else None

    return wait_for(counted)


def test_a_notification_is_the_documented_envelope_to_the_stated_host(shop: Shop):
    number = shop.paid()

    delivery = shop.receiver.wait(number)[0]

    event = delivery.event
    assert (delivery.path, delivery.headers["Host"]) == ("/pay/notify", HOST)
    assert set(event) == {"id", "create_time", "resource_type", "event_type", "summary", "resource"}
    assert event["id"].startswith("EV-")
    assert event["resource_type"] == "encrypt-resource"
    assert (event["event_type"], event["summary"]) == ("TRANSACTION.SUCCESS", "支付成功")
    assert event["resource"]["original_type"] == "transaction"
    assert event["resource"]["associated_data"] == "transaction"
    assert len(event["resource"]["nonce"]) == 12
    assert delivery.resource == shop.query(number).json()


def test_a_notification_is_signed_with_real_time(shop: Shop):
    shop.twin.admin("POST", "clock", offset_seconds=30 * 86400)

    delivery = shop.receiver.wait(shop.paid())[0]

    assert_signed(shop.keys["public_key_pem"], delivery.headers, delivery.body)
    assert delivery.headers["Wechatpay-Serial"] == shop.keys["public_key_id"]
    assert abs(int(delivery.headers["Wechatpay-Timestamp"]) - time.time()) < 5
    made = datetime.fromisoformat(delivery.event["create_time"]).timestamp()
    assert made - time.time() > 29 * 86400


def test_another_key_cannot_open_the_notification(shop: Shop):
    delivery = shop.receiver.wait(shop.paid())[0]

    with pytest.raises(InvalidTag):
        unseal(delivery.event["resource"], "breeze-apiv3-key-of-32-bytes-000")


@pytest.mark.parametrize("status", [200, 204])
def test_an_acknowledged_notification_is_not_repeated(shop: Shop, status: int):
    shop.receiver.answers = [status]
    number = shop.paid()

    found = settled(shop, number, 1)
    time.sleep(0.3)

    assert (found["last_status"], found["acknowledged"]) == (status, True)
    assert len(shop.receiver.of(number)) == 1


@pytest.mark.parametrize("status", [400, 401, 500, 503, 302, 201, 202])
def test_any_other_status_is_repeated_with_the_same_event(shop: Shop, status: int):
    shop.receiver.answers = [status]
    number = shop.paid()

    first, second = shop.receiver.wait(number, 2)

    assert first.body == second.body
    assert first.headers["Wechatpay-Nonce"] != second.headers["Wechatpay-Nonce"]
    assert settled(shop, number, 2)["acknowledged"] is True


def test_a_receiver_slower_than_the_limit_is_asked_again(shop: Shop):
    shop.twin.settings(pay_notify_timeout=0.2)
    shop.receiver.hold = 0.5
    number = shop.paid()

    shop.receiver.wait(number, 2)

    assert settled(shop, number, 1)["last_status"] is None


def test_the_schedule_is_the_documented_one():
    minutes = (0.25, 0.25, 0.5, 3, 10, 20, 30, 30, 30, 60, 180, 180, 180, 360, 360)

    assert tuple(60 * each for each in minutes) == SCHEDULE
    assert sum(SCHEDULE) == 24 * 3600 + 4 * 60


def test_the_schedule_is_kept_scaled(shop: Shop):
    shop.twin.settings(pay_notify_scale=0.002)
    shop.receiver.answers = [500] * 40
    number = shop.paid()

    stamps = []
    for count in range(1, 6):
        shop.receiver.wait(number, count)
        stamps.append(time.monotonic())

    gaps = [later - earlier for earlier, later in itertools.pairwise(stamps)]
    for gap, seconds in zip(gaps, (15, 15, 30, 180), strict=True):
        assert gap >= seconds * 0.002 - 0.03


def test_after_fifteen_repeats_the_twin_gives_up(shop: Shop):
    shop.twin.settings(pay_notify_scale=0)
    shop.receiver.answers = [500] * 20
    number = shop.paid()

    settled(shop, number, 16)
    time.sleep(0.2)

    found = notification(shop, number)
    assert (found["attempts"], found["acknowledged"]) == (16, False)


def test_nobody_at_the_address_counts_as_a_failed_attempt(shop: Shop):
    number = shop.paid(notify_url="https://nowhere.example/pay/notify")

    settled(shop, number, 2)

    assert notification(shop, number)["last_status"] is None
    assert shop.query(number).json()["trade_state"] == "SUCCESS"


def test_duplicates_are_the_same_event_in_parallel(shop: Shop):
    shop.twin.settings(pay_notify_duplicate_rate=1, pay_notify_copies=4)
    number = shop.paid()

    deliveries = shop.receiver.wait(number, 5)

    assert len({one.event["id"] for one in deliveries}) == 1
    assert len({one.headers["Wechatpay-Nonce"] for one in deliveries}) == 5


def test_a_probe_carries_a_bad_signature_beside_the_true_one(shop: Shop):
    shop.twin.settings(pay_signtest_rate=1)
    number = shop.paid()

    deliveries = shop.receiver.wait(number, 2)

    signatures = [one.headers["Wechatpay-Signature"] for one in deliveries]
    probes = [one for one in signatures if one.startswith("WECHATPAY/SIGNTEST/")]
    assert len(probes) == 1


def test_a_receiver_that_accepts_a_probe_is_seen_in_the_log(shop: Shop):
    shop.twin.settings(pay_signtest_rate=1)
    number = shop.paid()

    shop.receiver.wait(number, 2)

    tests = wait_for(lambda: [o for o in shop.twin.log("pay.signtest") if o["ref"] == number])
    assert [one["status"] for one in tests] == [204]


def test_a_delayed_notification_comes_later(shop: Shop):
    shop.twin.settings(pay_notify_delay=0.4)
    number, start = shop.paid(), time.monotonic()

    shop.receiver.wait(number)

    assert time.monotonic() - start > 0.3


def test_nobody_is_told_until_asked_when_the_switch_says_never(shop: Shop):
    shop.twin.settings(pay_notify_never=True)
    number = shop.paid()
    time.sleep(0.2)
    silent = len(shop.receiver.of(number))

    shop.twin.admin("POST", "act/renotify", ref=number, copies=3)
    shop.receiver.wait(number, 3)

    assert silent == 0
    assert notification(shop, number)["event_type"] == "TRANSACTION.SUCCESS"


def test_every_delivery_is_in_the_log_with_its_answer(shop: Shop):
    shop.receiver.answers = [500]
    number = shop.paid()

    settled(shop, number, 2)

    rows = [one for one in shop.twin.log("pay.notify") if one["ref"] == number]
    assert [(one["attempt"], one["status"]) for one in rows] == [(1, 500), (2, 204)]


def test_the_payment_stands_in_the_log_once(shop: Shop):
    number = shop.paid()

    rows = [one for one in shop.twin.log("pay.transaction") if one["out_trade_no"] == number]

    assert [(one["amount"]["total"], one["person"]) for one in rows] == [(9900, shop.person)]


def test_a_receipt_address_may_differ_per_order(shop: Shop):
    number = new_number()
    shop.pay(shop.place(number, notify_url=NOTIFY_URL + "/7"))

    assert shop.receiver.wait(number)[0].path == "/pay/notify/7"
