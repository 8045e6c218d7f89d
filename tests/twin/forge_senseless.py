"""Notifications that are signed and sealed, about something that never happened."""

from collections.abc import Iterable
from typing import Any

from tests.twin.forge_desk import (
    Build,
    Desk,
    Forged,
    Known,
    dumps,
    envelope,
    envelope_without,
    now_text,
    payment,
    plain,
    refund,
    refunded,
    seal,
    sign,
    transaction,
    true_body,
    without,
)


def _changed(**changes: Any) -> Build:
    return lambda desk, order: payment(desk, order, **changes)


def _short_of(*path: str) -> Build:
    return lambda desk, order: plain(desk, dumps(without(transaction(desk, order), *path)))


def _called(**changes: Any) -> Build:
    """A true payment in an envelope that says something else."""
    return lambda desk, order: plain(desk, dumps(transaction(desk, order)), **changes)


def _amounts(values: Iterable[tuple[str, Any]]) -> dict[str, Build]:
    return {
        f"amount_{name}": _changed(amount={"total": value, "payer_total": value})
        for name, value in values
    }


def _doubled(first: str, last: str) -> Build:
    """JSON with out_trade_no's amount stated twice; parsers disagree about which one counts."""

    def build(desk: Desk, order: Known) -> Forged:
        text = dumps(transaction(desk, order)).decode()
        values = {"true": f'{{"total":{order.total}}}', "false": '{"total":1}'}
        start = f'{{"amount":{values[first]},'
        end = f',"amount":{values[last]}}}'
        return plain(desk, (start + text[1:-1] + end).encode())

    return build


def total_one_fen_less(desk: Desk, order: Known) -> Forged:
    return payment(desk, order, amount={"total": order.total - 1, "payer_total": order.total - 1})


def total_one_fen_more(desk: Desk, order: Known) -> Forged:
    return payment(desk, order, amount={"total": order.total + 1, "payer_total": order.total + 1})


def total_as_text(desk: Desk, order: Known) -> Forged:
    return payment(desk, order, amount={"total": str(order.total)})


def total_as_float(desk: Desk, order: Known) -> Forged:
    """9900.0 equals 9900 in Python; money that is not an integer is not money."""
    return payment(desk, order, amount={"total": float(order.total)})


def event_type_stated_twice(desk: Desk, order: Known) -> Forged:
    body = true_body(desk, order)
    return sign(desk, body[:-1] + b',"event_type":"REFUND.SUCCESS"}')


def a_refund_called_a_payment(desk: Desk, order: Known) -> Forged:
    resource = seal(desk, dumps(refund(desk, order)), "refund")
    return sign(desk, dumps(envelope(resource, "TRANSACTION.SUCCESS")))


def a_payment_called_a_refund(desk: Desk, order: Known) -> Forged:
    resource = seal(desk, dumps(transaction(desk, order)))
    return sign(desk, dumps(envelope(resource, "REFUND.SUCCESS")))


SENSELESS: dict[str, Build] = {
    "total_one_fen_less": total_one_fen_less,
    "total_one_fen_more": total_one_fen_more,
    "total_as_text": total_as_text,
    "total_as_float": total_as_float,
    "a_refund_called_a_payment": a_refund_called_a_payment,
    "a_payment_called_a_refund": a_payment_called_a_refund,
    **_amounts(
        [
            ("minus_one", -1),
            ("zero", 0),
            ("fraction", 0.5),
            ("huge", 10**30),
            ("null", None),
            ("true", True),
            ("list", [9900]),
        ]
    ),
    "amount_missing": _short_of("amount"),
    "amount_without_total": _short_of("amount", "total"),
    "amount_in_dollars": _changed(amount={"currency": "USD"}),
    "amount_stated_twice_true_first": _doubled("true", "false"),
    "another_mchid": _changed(mchid="1999999999"),
    "mchid_missing": _short_of("mchid"),
    "another_appid": _changed(appid="wx0000000000000000"),
    "appid_missing": _short_of("appid"),
    "another_openid": _changed(payer={"openid": "oSomebodyElse000000000000000"}),
    "payer_missing": _short_of("payer"),
    "unknown_out_trade_no": _changed(out_trade_no="NOSUCHORDER0001"),
    "out_trade_no_missing": _short_of("out_trade_no"),
    "out_trade_no_a_number": _changed(out_trade_no=1),
    "out_trade_no_a_list": _changed(out_trade_no=["x"]),
    "out_trade_no_with_nul": _changed(out_trade_no="ORD\x000001"),
    "out_trade_no_of_100000": _changed(out_trade_no="N" * 100_000),
    "transaction_id_missing": _short_of("transaction_id"),
    "transaction_id_a_number": _changed(transaction_id=42),
    "state_notpay": _changed(trade_state="NOTPAY"),
    "state_closed": _changed(trade_state="CLOSED"),
    "state_lower_case": _changed(trade_state="success"),
    "state_missing": _short_of("trade_state"),
    "event_type_unknown": _called(event_type="TRANSACTION.UNDONE"),
    "event_type_missing": envelope_without("event_type"),
    "event_type_a_list": _called(event_type=["TRANSACTION.SUCCESS"]),
    "refund_of_an_unknown_number": refunded,
    "refund_of_another_order": lambda desk, order: refunded(
        desk, order, out_trade_no="NOSUCHORDER0001"
    ),
    "refund_of_another_merchant": lambda desk, order: refunded(desk, order, mchid="1999999999"),
    "refund_of_more_than_asked": lambda desk, order: refunded(
        desk, order, amount={"refund": order.refund + 1, "payer_refund": order.refund + 1}
    ),
    "refund_of_minus_one": lambda desk, order: refunded(
        desk, order, amount={"refund": -1, "payer_refund": -1}
    ),
    "refund_of_a_fraction": lambda desk, order: refunded(
        desk, order, amount={"refund": 0.5, "payer_refund": 0.5}
    ),
    "refund_status_against_its_event": lambda desk, order: refunded(
        desk, order, "REFUND.CLOSED", refund_status="SUCCESS"
    ),
    "refund_status_unknown": lambda desk, order: refunded(desk, order, refund_status="MAYBE"),
}

# True where the money is concerned, strange elsewhere.
ODD: dict[str, Build] = {
    "amount_stated_twice_true_last": _doubled("false", "true"),
    "success_time_not_a_time": _changed(success_time="now"),
    "success_time_missing": _short_of("success_time"),
    "resource_type_unknown": _called(resource_type="plain-resource"),
    "id_missing": envelope_without("id"),
    "id_a_number": _called(id=1),
    "id_of_10000": _called(id="E" * 10_000),
    "success_time_in_ten_years": lambda desk, order: payment(
        desk, order, success_time=now_text(10 * 365 * 86400)
    ),
    "event_type_stated_twice": event_type_stated_twice,
}
