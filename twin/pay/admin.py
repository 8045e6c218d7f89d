"""The admin API of the payment half: merchants, and what people and WeChat Pay do."""

from functools import wraps
from typing import Any

from starlette.routing import Route

from twin import people
from twin.context import Twin
from twin.control import Control, Misuse, control
from twin.pay import ledger, merchants, notify, payees, payments, refunds, transfers
from twin.pay.errors import PayError
from twin.pay.orders import close_order, get_order
from twin.store import Row

IMPOSSIBLE = 409


def _said_plainly(run: Control) -> Control:
    """Refusals of the payment half as refusals of the admin API."""

    @wraps(run)
    def act(twin: Twin, body: dict[str, Any]) -> Any:
        try:
            return run(twin, body)
        except (PayError, payments.CannotPay) as refusal:
            raise Misuse(str(refusal), IMPOSSIBLE) from refusal
        except merchants.BadMerchant as wrong:
            raise Misuse(str(wrong)) from wrong

    return act


def save_merchant(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/merchants."""
    return merchants.describe(twin, merchants.save_merchant(twin, body))


def list_merchants(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """GET /_twin/merchants?mchid= — with the key WeChat Pay signs with, for forging tests."""
    rows = twin.store.rows("SELECT mchid FROM pay_merchant ORDER BY mchid")
    found = [merchants.get_merchant(twin, row["mchid"]) for row in rows]
    return {
        "merchants": [
            merchants.describe(twin, one) | {"wxpay_private_key_pem": one.wxpay_private_pem}
            for one in found
            if body.get("mchid") in (None, one.mchid)
        ]
    }


def rotate_certificate(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/pay/rotate_certificate — a second platform certificate appears and signs."""
    made = merchants.add_certificate(twin)
    return {"serial": made["serial"], "certificate_pem": made["pem"]}


def show_openid(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/pay/openid {person, appid} — what OAuth would have given."""
    if people.find_person(twin, body["person"]) is None:
        raise Misuse("no such person", 404)
    return {"openid": people.openid_of(twin, body["appid"], body["person"])}


def pay(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/act/pay {prepay_id | mchid + out_trade_no, person?}."""
    if "prepay_id" in body:
        order = payments.order_of_prepay(twin, body["prepay_id"])
    else:
        order = payments.order_of_number(twin, body["mchid"], body["out_trade_no"])
    return payments.pay(twin, order, body.get("person"))


def close(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/act/close {mchid, out_trade_no} — by hand, on the merchant platform."""
    order = get_order(twin, body["mchid"], body["out_trade_no"])
    if order["state"] == "SUCCESS":
        raise Misuse("the order is paid", IMPOSSIBLE)
    close_order(twin, order)
    return {"trade_state": "CLOSED"}


def refund_result(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/act/refund_result {out_refund_no, status, mchid?}."""
    if body["status"] not in refunds.OUTCOMES:
        raise Misuse(f"status is one of {', '.join(refunds.OUTCOMES)}")
    refund = _one(twin, "pay_refund", "out_refund_no", body)
    if not refunds.decide(twin, refund, body["status"]):
        raise Misuse(f"the refund is {refund['status']}", IMPOSSIBLE)
    return {"status": body["status"]}


def renotify(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/act/renotify {id | ref, copies?} — the same notification again, now."""
    sql = "SELECT id FROM pay_notification WHERE ? IN (id, ref) ORDER BY rowid"
    found = twin.store.rows(sql, (body.get("id") or body["ref"],))
    for row in found:
        notify.repeat(twin, row["id"], int(body.get("copies", 1)))
    return {"ids": [row["id"] for row in found]}


def confirm_transfer(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/act/confirm_transfer {out_bill_no | package_info, person?, fail_reason?}.

    At once SUCCESS, or, with ``fail_reason``, FAIL. The way people go is act/transfer_confirm.
    """
    by = "package_info" if "package_info" in body else "out_bill_no"
    row = _one(twin, "pay_transfer", by, body)
    bill = transfers.get_bill(twin, row["mchid"], row["out_bill_no"])
    if bill["state"] != "WAIT_USER_CONFIRM":
        raise Misuse(f"the bill is {bill['state']}", IMPOSSIBLE)
    payee = people.person_of_openid(twin, transfers.view(bill)["appid"], bill["openid"])
    if body.get("person") not in (None, payee):
        raise Misuse("the bill is for somebody else", IMPOSSIBLE)
    reason = body.get("fail_reason")
    return transfers.view(transfers.finish(twin, bill, "FAIL" if reason else "SUCCESS", reason))


def transfer_confirm(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """POST /_twin/act/transfer_confirm {out_bill_no | package_info, person, mchid?}.

    TRANSFERING now, the final state and its notification ``pay_transfer_delay`` later.
    """
    by = "package_info" if "package_info" in body else "out_bill_no"
    row = _one(twin, "pay_transfer", by, body)
    bill = transfers.get_bill(twin, row["mchid"], row["out_bill_no"])
    payees.check_payee(twin, bill, body["person"])
    return payees.confirm(twin, bill)


def _one(twin: Twin, table: str, column: str, body: dict[str, Any]) -> Row:
    """The one row with the number; ``mchid`` decides where merchants share it."""
    sql = f"SELECT * FROM {table} WHERE {column} = ? AND ? IN ('', mchid)"
    found = twin.store.rows(sql, (body[column], body.get("mchid", "")))
    if len(found) != 1:
        raise Misuse(f"{len(found)} rows have {column} {body[column]}", IMPOSSIBLE)
    return found[0]


def _route(method: str, path: str, run: Control) -> Route:
    return control(method, path, _said_plainly(run))


routes = [
    _route("GET", "state/pay", ledger.state),
    _route("GET", "pay/log", ledger.log),
    _route("POST", "merchants", save_merchant),
    _route("GET", "merchants", list_merchants),
    _route("POST", "pay/openid", show_openid),
    _route("POST", "pay/rotate_certificate", rotate_certificate),
    _route("POST", "act/pay", pay),
    _route("POST", "act/close", close),
    _route("POST", "act/refund_result", refund_result),
    _route("POST", "act/renotify", renotify),
    _route("POST", "act/confirm_transfer", confirm_transfer),
    _route("POST", "act/transfer_confirm", transfer_confirm),
    _route("GET", "state/transfers", payees.show_transfers),
]
