"""JSAPI orders: place, place again, query, close; and the view of a transaction."""

import secrets
from typing import Any

from twin import people
from twin.clock import rfc3339
from twin.context import Twin
from twin.pay import fields as f
from twin.pay.errors import PayError, bad_param
from twin.pay.gate import Call
from twin.pay.merchants import Merchant, find_merchant
from twin.store import Row, dump, load

PREPAY_LIFE = 2 * 3600
DEFAULT_LIFE = 7 * 86400
SHORTEST_LIFE, LONGEST_LIFE = 60, 90 * 86400
OUT_TRADE_NO = r"[0-9A-Za-z_\-*]{6,32}"

GOODS = {
    "merchant_goods_id": f.text(32, required=True),
    "wechatpay_goods_id": f.text(32),
    "goods_name": f.text(256),
    "quantity": f.number(required=True),
    "unit_price": f.number(required=True),
}
STORE = {
    "id": f.text(32, required=True),
    "name": f.text(256),
    "area_code": f.text(32),
    "address": f.text(512),
}
JSAPI = {
    "appid": f.text(32, required=True),
    "mchid": f.text(32, required=True),
    "description": f.text(127, required=True),
    "out_trade_no": f.text(32, required=True),
    "time_expire": f.text(64),
    "attach": f.text(128),
    "notify_url": f.text(255, required=True),
    "goods_tag": f.text(32),
    "support_fapiao": f.switch(),
    "amount": f.group({"total": f.number(required=True), "currency": f.text(16)}, required=True),
    "payer": f.group({"openid": f.text(128, required=True)}, required=True),
    "detail": f.group(
        {
            "cost_price": f.number(),
            "invoice_id": f.text(32),
            "goods_detail": f.array(f.group(GOODS)),
        }
    ),
    "scene_info": f.group(
        {
            "payer_client_ip": f.text(45, required=True),
            "device_id": f.text(32),
            "store_info": f.group(STORE),
        }
    ),
    "settle_info": f.group({"profit_sharing": f.switch()}),
}
CLOSE = {"mchid": f.text(32, required=True)}
STATES = {
    "SUCCESS": "支付成功",
    "REFUND": "转入退款",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
}


def place(call: Call) -> tuple[int, dict[str, Any]]:
    """POST /v3/pay/transactions/jsapi."""
    body, twin = call.body, call.twin
    _check_order(call)
    found = find_order(twin, call.merchant.mchid, body["out_trade_no"])
    order_id = _new_order(twin, body) if found is None else _same_order(twin, found, body)
    return 200, {"prepay_id": _new_prepay(twin, order_id)}


def query_by_number(call: Call) -> tuple[int, dict[str, Any]]:
    """GET /v3/pay/transactions/out-trade-no/{out_trade_no}."""
    f.check_query_mchid(call.query, call.merchant.mchid)
    number = call.path["out_trade_no"]
    return 200, transaction(call.twin, get_order(call.twin, call.merchant.mchid, number))


def query_by_id(call: Call) -> tuple[int, dict[str, Any]]:
    """GET /v3/pay/transactions/id/{transaction_id}."""
    f.check_query_mchid(call.query, call.merchant.mchid)
    found = find_by_transaction(call.twin, call.merchant.mchid, call.path["transaction_id"])
    if found is None:
        raise PayError("ORDER_NOT_EXIST", "订单不存在")
    return 200, transaction(call.twin, found)


def close(call: Call) -> tuple[int, None]:
    """POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close."""
    f.check_body(call.twin, call.body, CLOSE)
    _check_mchid(call)
    order = get_order(call.twin, call.merchant.mchid, call.path["out_trade_no"])
    if order["state"] == "SUCCESS":
        raise PayError("ORDERPAID", "订单已支付，不能关闭")
    if order["state"] == "CLOSED" and call.twin.settings.get("pay_close_twice") == "error":
        raise PayError("ORDER_CLOSED", "订单已关闭，无需重复关闭")
    close_order(call.twin, order)
    return 204, None


def close_order(twin: Twin, order: Row) -> None:
    """No one can pay this order any more; the order is unpaid."""
    twin.store.execute(
        "UPDATE pay_order SET state = 'CLOSED' WHERE id = ? AND state = 'NOTPAY'", (order["id"],)
    )
    twin.log.write("pay.closed", mchid=order["mchid"], out_trade_no=order["out_trade_no"])


def find_order(twin: Twin, mchid: str, out_trade_no: str) -> Row | None:
    """The merchant's order with this number, as it stands now."""
    sql = "SELECT * FROM pay_order WHERE mchid = ? AND out_trade_no = ?"
    return _as_it_stands(twin, twin.store.row(sql, (mchid, out_trade_no)))


def get_order(twin: Twin, mchid: str, out_trade_no: str) -> Row:
    """Like find_order; raises PayError 404 ORDER_NOT_EXIST."""
    found = find_order(twin, mchid, out_trade_no)
    if found is None:
        raise PayError("ORDER_NOT_EXIST", "订单不存在")
    return found


def find_by_transaction(twin: Twin, mchid: str, transaction_id: str) -> Row | None:
    """The merchant's paid order with WeChat's number."""
    sql = "SELECT * FROM pay_order WHERE mchid = ? AND transaction_id = ?"
    return _as_it_stands(twin, twin.store.row(sql, (mchid, transaction_id)))


def order_by_id(twin: Twin, order_id: int) -> Row:
    """An order that is known to exist."""
    found = twin.store.row("SELECT * FROM pay_order WHERE id = ?", (order_id,))
    order = _as_it_stands(twin, found)
    assert order is not None, order_id
    return order


def transaction(twin: Twin, order: Row) -> dict[str, Any]:
    """The order as queries and notifications show it."""
    body, paid = load(order["body"]), order["state"] == "SUCCESS"
    refunded = paid and twin.store.value(
        "SELECT 1 FROM pay_refund WHERE order_id = ? AND status <> 'CLOSED'", (order["id"],)
    )
    state = "REFUND" if refunded else order["state"]
    amount = {"total": order["total"], "currency": "CNY", "payer_currency": "CNY"}
    view: dict[str, Any] = {key: body[key] for key in ("appid", "mchid", "out_trade_no")}
    view |= {"trade_state": state, "trade_state_desc": STATES[state], "amount": amount}
    view |= {"attach": body["attach"]} if body.get("attach") else {}
    if paid:
        amount["payer_total"] = order["total"]
        view |= {
            "transaction_id": order["transaction_id"],
            "trade_type": "JSAPI",
            "bank_type": "OTHERS",
            "success_time": rfc3339(order["paid_at"]),
            "payer": {"openid": order["openid"]},
            "promotion_detail": [],
        }
    return view


def _as_it_stands(twin: Twin, order: Row | None) -> Row | None:
    """An order unpaid at its end is closed, without anybody closing it."""
    if order and order["state"] == "NOTPAY" and twin.clock.business() >= order["expires_at"]:
        return {**order, "state": "CLOSED"}
    return order


def _check_order(call: Call) -> None:
    body = call.body
    f.check_body(call.twin, body, JSAPI)
    f.check_pattern("out_trade_no", body["out_trade_no"], OUT_TRADE_NO)
    f.check_fen("amount.total", body["amount"]["total"])
    f.check_cny("amount.currency", body["amount"].get("currency"))
    f.check_notify_url(body["notify_url"])
    _check_mchid(call)
    if body["appid"] not in call.merchant.appids:
        raise PayError("APPID_MCHID_NOT_MATCH", "AppID和mch_id不匹配")
    _check_payer(call.twin, call.merchant, body["appid"], body["payer"]["openid"])
    _expiry(call.twin, body)


def _check_mchid(call: Call) -> None:
    named = call.body["mchid"]
    if find_merchant(call.twin, named) is None:
        raise PayError("MCH_NOT_EXISTS", "商户号不存在")
    if named != call.merchant.mchid:
        raise PayError("NO_AUTH", "商户号与签名中的商户号不一致")


def _check_payer(twin: Twin, merchant: Merchant, appid: str, openid: str) -> None:
    if people.person_of_openid(twin, appid, openid) is not None:
        return
    if twin.store.value("SELECT 1 FROM identity WHERE value = ?", (openid,)):
        raise PayError("OPENID_MISMATCH", "openid和appid不匹配")
    raise bad_param("payer.openid", "无效的openid")


def _expiry(twin: Twin, body: dict[str, Any]) -> int:
    """Unix seconds at which the order ends."""
    now = twin.clock.business()
    if body.get("time_expire") is None:
        return now + DEFAULT_LIFE
    end = f.seconds_of("time_expire", body["time_expire"])
    # The caller's "now plus a minute" was taken a moment before it reached us.
    if not now + SHORTEST_LIFE - 5 <= end <= now + LONGEST_LIFE + 5:
        raise bad_param("time_expire", "应在1分钟后至90天内")
    return end


def _new_order(twin: Twin, body: dict[str, Any]) -> int:
    return twin.store.insert(
        "pay_order",
        mchid=body["mchid"],
        out_trade_no=body["out_trade_no"],
        appid=body["appid"],
        openid=body["payer"]["openid"],
        total=body["amount"]["total"],
        body=dump(body),
        created_at=twin.clock.business(),
        expires_at=_expiry(twin, body),
        state="NOTPAY",
    )


def _same_order(twin: Twin, order: Row, body: dict[str, Any]) -> int:
    """Only the very same order may be placed again; its first end stays in force."""
    if order["state"] == "SUCCESS":
        raise PayError("OUT_TRADE_NO_USED", "商户订单号重复: 该订单已支付")
    if order["state"] == "CLOSED":
        raise PayError("ORDER_CLOSED", "订单已关闭")
    if _compared(body) != _compared(load(order["body"])):
        raise PayError("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
    return int(order["id"])


def _compared(body: dict[str, Any]) -> dict[str, Any]:
    amount = {"currency": "CNY", **body["amount"]}
    return {**{key: body[key] for key in body if key != "time_expire"}, "amount": amount}


def _new_prepay(twin: Twin, order_id: int) -> str:
    now = twin.clock.business()
    prepay_id = (
        f"wx{rfc3339(now)[:19].translate({45: '', 58: '', 84: ''})}{secrets.token_hex(8)}0000"
    )
    twin.store.insert(
        "pay_prepay", prepay_id=prepay_id, order_id=order_id, expires_at=now + PREPAY_LIFE
    )
    return prepay_id
