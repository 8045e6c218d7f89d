"""Refunds: accepted at once, decided a little later, then notified."""

import secrets
from typing import Any

from twin.clock import rfc3339
from twin.context import Twin
from twin.pay import fields as f
from twin.pay import notify
from twin.pay.errors import PayError, bad_param
from twin.pay.gate import Call
from twin.pay.orders import find_by_transaction, find_order, order_by_id
from twin.store import Row, dump, load

KIND = "pay.refund"
OUT_REFUND_NO = r"[0-9A-Za-z_\-|*@]{1,64}"
REFUNDABLE_FOR = 365 * 86400
MOST_PARTS = 50
OUTCOMES = ("SUCCESS", "CLOSED", "ABNORMAL")

SOURCE = {"account": f.text(32, required=True), "amount": f.number(required=True)}
GOODS = {
    "merchant_goods_id": f.text(32, required=True),
    "wechatpay_goods_id": f.text(32),
    "goods_name": f.text(256),
    "unit_price": f.number(required=True),
    "refund_amount": f.number(required=True),
    "refund_quantity": f.number(required=True),
}
AMOUNT = {
    "refund": f.number(required=True),
    "total": f.number(required=True),
    "currency": f.text(16, required=True),
    "from": f.array(f.group(SOURCE)),
}
REFUND = {
    "transaction_id": f.text(32),
    "out_trade_no": f.text(32),
    "out_refund_no": f.text(64, required=True),
    "reason": f.text(80),
    "notify_url": f.text(256),
    "funds_account": f.text(32, choices=("AVAILABLE", "UNSETTLED")),
    "amount": f.group(AMOUNT, required=True),
    "goods_detail": f.array(f.group(GOODS)),
}


def ask(call: Call) -> tuple[int, dict[str, Any]]:
    """POST /v3/refund/domestic/refunds."""
    twin, body = call.twin, call.body
    _check_refund(twin, body)
    order = _order(call)
    old = find_refund(twin, call.merchant.mchid, body["out_refund_no"])
    if old is not None and not _same(order, body, old):
        raise PayError("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    if old is None:
        _check_room(twin, order, body["amount"])
        return 200, view(twin, _accept(twin, order, body))
    if old["status"] == "CLOSED":
        _check_room(twin, order, body["amount"])
        return 200, view(twin, _accept_again(twin, old))
    return 200, view(twin, old)


def query(call: Call) -> tuple[int, dict[str, Any]]:
    """GET /v3/refund/domestic/refunds/{out_refund_no}."""
    found = find_refund(call.twin, call.merchant.mchid, call.path["out_refund_no"])
    if found is None:
        raise PayError("RESOURCE_NOT_EXISTS", "退款单不存在")
    return 200, view(call.twin, found)


def find_refund(twin: Twin, mchid: str, out_refund_no: str) -> Row | None:
    """The merchant's refund with this number."""
    sql = "SELECT * FROM pay_refund WHERE mchid = ? AND out_refund_no = ?"
    return twin.store.row(sql, (mchid, out_refund_no))


def view(twin: Twin, refund: Row) -> dict[str, Any]:
    """The refund as the API shows it."""
    order, body = order_by_id(twin, refund["order_id"]), load(refund["body"])
    shown: dict[str, Any] = {
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund["created_at"]),
        "status": refund["status"],
        "funds_account": body.get("funds_account", "AVAILABLE"),
        "amount": _amounts(order, refund, body),
        "promotion_detail": [],
    }
    if refund["status"] == "SUCCESS":
        shown["success_time"] = rfc3339(refund["success_at"])
    return shown


def decide(twin: Twin, refund: Row, status: str) -> bool:
    """Bring a refund to its outcome and notify; False when it already has a final one."""
    open_states = ("PROCESSING", "ABNORMAL") if status != "ABNORMAL" else ("PROCESSING",)
    if refund["status"] not in open_states:
        return False
    with twin.store.transaction():
        success_at = twin.clock.business() if status == "SUCCESS" else None
        twin.store.execute(
            "UPDATE pay_refund SET status = ?, success_at = ? WHERE id = ?",
            (status, success_at, refund["id"]),
        )
        decided = {**refund, "status": status, "success_at": success_at}
        if status == "SUCCESS":
            twin.log.write("pay.refund", mchid=refund["mchid"], **view(twin, decided))
        url = load(refund["body"]).get("notify_url")
        if url:
            note = _resource(twin, decided)
            number = refund["out_refund_no"]
            notify.announce(twin, refund["mchid"], f"REFUND.{status}", number, note, url)
    return True


async def send(twin: Twin, payload: dict[str, Any], attempt: int) -> None:
    """The sender of deliveries: the moment an accepted refund is decided."""
    row = twin.store.row("SELECT * FROM pay_refund WHERE id = ?", (payload["id"],))
    outcome = twin.settings.get("pay_refund_outcome")
    if row is not None and row["status"] == "PROCESSING" and outcome in OUTCOMES:
        decide(twin, row, outcome)


def _check_refund(twin: Twin, body: dict[str, Any]) -> None:
    f.check_body(twin, body, REFUND)
    f.check_pattern("out_refund_no", body["out_refund_no"], OUT_REFUND_NO)
    f.check_fen("amount.refund", body["amount"]["refund"])
    f.check_fen("amount.total", body["amount"]["total"])
    f.check_cny("amount.currency", body["amount"]["currency"])
    f.check_notify_url(body.get("notify_url"))
    if not body.get("transaction_id") and not body.get("out_trade_no"):
        raise bad_param("transaction_id", "与out_trade_no二选一必填")
    sources = body["amount"].get("from")
    if sources and sum(source["amount"] for source in sources) != body["amount"]["refund"]:
        raise bad_param("amount.from", "出资金额之和应等于退款金额")


def _order(call: Call) -> Row:
    """The paid order to refund; both numbers, when both are given, name the same one."""
    mchid, body = call.merchant.mchid, call.body
    found = None
    if body.get("transaction_id"):
        found = find_by_transaction(call.twin, mchid, body["transaction_id"])
    elif body.get("out_trade_no"):
        found = find_order(call.twin, mchid, body["out_trade_no"])
    if found is None:
        raise PayError("RESOURCE_NOT_EXISTS", "订单号不存在")
    if body.get("out_trade_no") not in (None, found["out_trade_no"]):
        raise PayError("INVALID_REQUEST", "微信支付订单号与商户订单号不匹配")
    if found["state"] != "SUCCESS":
        raise PayError("INVALID_REQUEST", "订单未支付，不能退款")
    if body["amount"]["total"] != found["total"]:
        raise PayError("INVALID_REQUEST", "订单金额与原订单不一致，请核实后再试")
    return found


def _check_room(twin: Twin, order: Row, amount: dict[str, Any]) -> None:
    now = twin.clock.business()
    others = twin.store.row(
        "SELECT count(*) AS parts, coalesce(sum(amount), 0) AS fen, max(created_at) AS latest"
        " FROM pay_refund WHERE order_id = ? AND status <> 'CLOSED'",
        (order["id"],),
    )
    assert others is not None
    if now - order["paid_at"] > REFUNDABLE_FOR:
        raise PayError("INVALID_REQUEST", "交易时间超过365天，不能退款")
    if others["fen"] + amount["refund"] > order["total"]:
        raise PayError("INVALID_REQUEST", "申请退款金额大于可退金额")
    if others["parts"] >= MOST_PARTS:
        raise PayError("RULE_LIMIT", f"一笔订单最多退款{MOST_PARTS}次")
    spacing = float(twin.settings.get("pay_refund_spacing"))
    if others["parts"] and now - others["latest"] < spacing:
        raise PayError("FREQUENCY_LIMITED", "同一订单的多次退款间隔应不少于1分钟")


def _accept(twin: Twin, order: Row, body: dict[str, Any]) -> Row:
    twin.store.insert(
        "pay_refund",
        refund_id=f"5030{secrets.randbelow(10**25):025d}",
        mchid=order["mchid"],
        out_refund_no=body["out_refund_no"],
        order_id=order["id"],
        amount=body["amount"]["refund"],
        body=dump(body),
        status="PROCESSING",
        created_at=twin.clock.business(),
    )
    accepted = find_refund(twin, order["mchid"], body["out_refund_no"])
    assert accepted is not None
    _owe(twin, accepted)
    return accepted


def _accept_again(twin: Twin, refund: Row) -> Row:
    """A closed refund is tried again under its own number."""
    now = twin.clock.business()
    twin.store.execute(
        "UPDATE pay_refund SET status = 'PROCESSING', created_at = ? WHERE id = ?",
        (now, refund["id"]),
    )
    _owe(twin, refund)
    return {**refund, "status": "PROCESSING", "created_at": now}


def _owe(twin: Twin, refund: Row) -> None:
    twin.deliveries.queue(KIND, {"id": refund["id"]}, float(twin.settings.get("pay_refund_delay")))


def _same(order: Row, body: dict[str, Any], old: Row) -> bool:
    """Whether ``body`` asks for the old refund; it may name the order by either number."""
    numbers = ("transaction_id", "out_trade_no")
    asked = {key: body[key] for key in body if key not in numbers}
    had = {key: value for key, value in load(old["body"]).items() if key not in numbers}
    return order["id"] == old["order_id"] and asked == had


def _amounts(order: Row, refund: Row, body: dict[str, Any]) -> dict[str, Any]:
    fen = refund["amount"]
    return {
        "total": order["total"],
        "refund": fen,
        "from": body["amount"].get("from", []),
        "payer_total": order["total"],
        "payer_refund": fen,
        "settlement_refund": fen,
        "settlement_total": order["total"],
        "discount_refund": 0,
        "currency": "CNY",
    }


def _resource(twin: Twin, refund: Row) -> dict[str, Any]:
    """The decrypted part of a refund notification."""
    shown = view(twin, refund)
    names = ("transaction_id", "out_trade_no", "refund_id", "out_refund_no")
    amounts = ("total", "refund", "payer_total", "payer_refund")
    note: dict[str, Any] = {"mchid": refund["mchid"], **{name: shown[name] for name in names}}
    note |= {"refund_status": shown["status"]}
    note |= {"success_time": shown["success_time"]} if "success_time" in shown else {}
    return note | {
        "user_received_account": shown["user_received_account"],
        "amount": {name: shown["amount"][name] for name in amounts},
    }
