"""A person pays: the pay sheet of the WebView, and the same from the admin API."""

import secrets
from typing import Any

from twin import people
from twin.context import Twin
from twin.pay import crypto, notify
from twin.pay.errors import PayError
from twin.pay.merchants import get_merchant
from twin.pay.orders import get_order, order_by_id, transaction
from twin.store import Row, load

SHEET_FIELDS = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")


class CannotPay(Exception):
    """The sheet shows this instead of the amount."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def order_of_sheet(twin: Twin, asked: dict[str, Any]) -> Row:
    """The order a page asks to have paid. Raises CannotPay.

    ``asked`` is the argument of getBrandWCPayRequest; every value is a string, and paySign
    is the merchant's over appId, timeStamp, nonceStr and package.
    """
    if not all(isinstance(asked.get(name), str) and asked[name] for name in SHEET_FIELDS):
        raise CannotPay("PARAM", "调用支付JSAPI缺少参数")
    if asked["signType"] != "RSA":
        raise CannotPay("SIGN_TYPE", "签名方式应为RSA")
    key, _, prepay_id = asked["package"].partition("=")
    if key != "prepay_id":
        raise CannotPay("PARAM", "package应为prepay_id=…")
    order = order_of_prepay(twin, prepay_id)
    if asked["appId"] != order["appid"]:
        raise CannotPay("APPID", "appId与下单时不一致")
    lines = [asked[name] for name in ("appId", "timeStamp", "nonceStr", "package")]
    signed = "".join(f"{line}\n" for line in lines).encode()
    if not crypto.verifies(get_merchant(twin, order["mchid"]).public_pem, signed, asked["paySign"]):
        raise CannotPay("SIGN", "支付验证签名失败")
    return order


def order_of_prepay(twin: Twin, prepay_id: str) -> Row:
    """The order behind a prepay_id that has not run out. Raises CannotPay."""
    row = twin.store.row("SELECT * FROM pay_prepay WHERE prepay_id = ?", (prepay_id,))
    if row is None:
        raise CannotPay("PREPAY", "prepay_id无效")
    if twin.clock.business() >= row["expires_at"]:
        raise CannotPay("PREPAY_EXPIRED", "订单已过期，请重新下单")
    return order_by_id(twin, row["order_id"])


def order_of_number(twin: Twin, mchid: str, out_trade_no: str) -> Row:
    """The order by the merchant's own number, for a payer whose page never heard back."""
    try:
        return get_order(twin, mchid, out_trade_no)
    except PayError as error:
        raise CannotPay("ORDER_NOT_EXIST", error.message) from error


def check_payable(order: Row) -> None:
    """Raise CannotPay for an order that is paid or closed."""
    if order["state"] == "SUCCESS":
        raise CannotPay("ORDERPAID", "该订单已支付")
    if order["state"] != "NOTPAY":
        raise CannotPay("ORDER_CLOSED", "该订单已关闭")


def pay(twin: Twin, order: Row, person: str | None = None) -> dict[str, Any]:
    """Pay the whole amount as the order's payer; the merchant is told by a notification.

    With ``person``, that one must be the payer. Raises CannotPay.
    """
    check_payable(order)
    payer = people.person_of_openid(twin, order["appid"], order["openid"])
    if person is not None and person != payer:
        raise CannotPay("PAYER", "下单账号与支付账号不一致")
    with twin.store.transaction():
        number = f"4200{secrets.randbelow(10**24):024d}"
        twin.store.execute(
            "UPDATE pay_order SET state = 'SUCCESS', transaction_id = ?, paid_at = ?"
            " WHERE id = ? AND state = 'NOTPAY'",
            (number, twin.clock.business(), order["id"]),
        )
        paid = order_by_id(twin, order["id"])
        view = transaction(twin, paid)
        twin.log.write("pay.transaction", person=payer, **view)
        notify.announce(
            twin, paid["mchid"], "TRANSACTION.SUCCESS", order["out_trade_no"], view, _url(paid)
        )
    return view


def sheet(twin: Twin, order: Row) -> dict[str, Any]:
    """What the pay sheet shows before the person confirms."""
    check_payable(order)
    view = transaction(twin, order)
    return {
        "merchant": get_merchant(twin, order["mchid"]).name,
        "description": _body(order)["description"],
        "amount": view["amount"]["total"],
        "out_trade_no": order["out_trade_no"],
        "openid": order["openid"],
    }


def wallet(twin: Twin, person: str) -> list[dict[str, Any]]:
    """What the person has paid, newest first; amounts in fen."""
    rows = twin.store.rows(
        "SELECT o.*, (SELECT coalesce(sum(r.amount), 0) FROM pay_refund r"
        " WHERE r.order_id = o.id AND r.status = 'SUCCESS') AS refunded FROM pay_order o"
        " JOIN identity i ON i.scope = 'openid:' || o.appid AND i.value = o.openid"
        " WHERE i.person = ? AND o.state = 'SUCCESS' ORDER BY o.paid_at DESC, o.id DESC",
        (person,),
    )
    return [
        {
            "merchant": get_merchant(twin, row["mchid"]).name,
            "description": _body(row)["description"],
            "out_trade_no": row["out_trade_no"],
            "amount": row["total"],
            "refunded": row["refunded"],
            "paid_at": row["paid_at"],
        }
        for row in rows
    ]


def _url(order: Row) -> str:
    return str(_body(order)["notify_url"])


def _body(order: Row) -> dict[str, Any]:
    body: dict[str, Any] = load(order["body"])
    return body
