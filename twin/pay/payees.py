"""收款确认: the person takes a waiting transfer; time and WeChat Pay move it on from there."""

from typing import Any

from twin import people
from twin.context import Twin
from twin.pay import transfers
from twin.pay.merchants import get_merchant
from twin.pay.payments import CannotPay
from twin.store import Row, load

KIND = transfers.KIND
SHEET_FIELDS = ("mchId", "appId", "package")


def bill_of_sheet(twin: Twin, asked: Row, person: str | None) -> Row:
    """The bill a page asks to have confirmed. Raises CannotPay.

    ``asked`` is the argument of wx.requestMerchantTransfer; ``person`` holds the phone, None
    when the page of another site carries no cookie of ours.
    """
    if not all(isinstance(asked.get(name), str) and asked[name] for name in SHEET_FIELDS):
        raise CannotPay("PARAM", "调用JSAPI缺少参数")
    bill = find_by_package(twin, asked["package"])
    if bill is None:
        raise CannotPay("PACKAGE", "package无效")
    if bill["mchid"] != asked["mchId"]:
        raise CannotPay("MCHID", "mchId与转账单不一致")
    if transfers.view(bill)["appid"] != asked["appId"]:
        raise CannotPay("APPID", "appId与转账单不一致")
    if asked.get("openId") not in (None, "", bill["openid"]):
        raise CannotPay("OPENID", "openId与转账单不一致")
    check_waiting(bill)
    check_payee(twin, bill, person)
    return bill


def find_by_package(twin: Twin, package: str) -> Row | None:
    """The bill that this package_info was given for."""
    row = twin.store.row("SELECT * FROM pay_transfer WHERE package_info = ?", (package,))
    return transfers.find_bill(twin, row["mchid"], row["out_bill_no"]) if row else None


def check_waiting(bill: Row) -> None:
    """Raise CannotPay for a bill that nobody can confirm now."""
    if bill["fail_reason"] == "OVERDUE_CLOSE":
        raise CannotPay("OVERDUE", "超过24小时未确认，转账已关闭")
    if bill["state"] != "WAIT_USER_CONFIRM":
        raise CannotPay("STATE", f"转账单状态为{bill['state']}，不能确认收款")


def check_payee(twin: Twin, bill: Row, person: str | None) -> None:
    """Raise CannotPay when ``person`` is not whom the bill is for."""
    if person not in (None, payee_of(twin, bill)):
        raise CannotPay("PAYEE", "当前微信号与收款用户不一致")


def payee_of(twin: Twin, bill: Row) -> str | None:
    """Whose openid the bill names."""
    appid = load(bill["body"])["appid"]
    return people.person_of_openid(twin, appid, bill["openid"])


def sheet(twin: Twin, bill: Row) -> Row:
    """What 收款确认 shows."""
    return {
        "merchant": get_merchant(twin, bill["mchid"]).name,
        "amount": bill["amount"],
        "description": load(bill["body"])["transfer_remark"],
        "out_bill_no": bill["out_bill_no"],
    }


def confirm(twin: Twin, bill: Row) -> Row:
    """The person takes the money: TRANSFERING, and a little later the final state."""
    check_waiting(bill)
    with twin.store.transaction():
        moved = transfers.move(twin, bill, "TRANSFERING")
        twin.log.write("transfer.confirmed", person=payee_of(twin, bill), **transfers.view(moved))
        transfers.owe(twin, moved, "pay_transfer_delay")
    return transfers.view(moved)


async def send(twin: Twin, payload: Row, attempt: int) -> None:
    """The sender of deliveries: what was accepted, taken or withdrawn arrives at its next state."""
    row = twin.store.row("SELECT * FROM pay_transfer WHERE id = ?", (payload["id"],))
    if row is not None:
        advance(twin, row)


def advance(twin: Twin, bill: Row) -> None:
    """One step: ACCEPTED → WAIT_USER_CONFIRM, TRANSFERING → SUCCESS, CANCELING → CANCELLED.

    The settings pay_transfer_refuse and pay_transfer_outcome may name a fail_reason instead.
    """
    refusal = str(twin.settings.get("pay_transfer_refuse"))
    outcome = str(twin.settings.get("pay_transfer_outcome"))
    with twin.store.transaction():
        if bill["state"] == "ACCEPTED" and refusal:
            transfers.finish(twin, bill, "FAIL", refusal)
        elif bill["state"] == "ACCEPTED":
            transfers.move(twin, bill, "WAIT_USER_CONFIRM")
        elif bill["state"] == "TRANSFERING" and outcome != "SUCCESS":
            transfers.finish(twin, bill, "FAIL", outcome)
        elif bill["state"] == "TRANSFERING":
            transfers.finish(twin, bill, "SUCCESS")
        elif bill["state"] == "CANCELING":
            transfers.finish(twin, bill, "CANCELLED", "MCH_CANCEL")


def close_overdue(twin: Twin) -> None:
    """Close what nobody confirmed in time, with a notification."""
    due = twin.store.rows(
        "SELECT * FROM pay_transfer WHERE state = 'WAIT_USER_CONFIRM' AND created_at <= ? LIMIT 50",
        (twin.clock.business() - transfers.confirm_within(twin),),
    )
    for bill in due:
        transfers.finish(twin, bill, "FAIL", "OVERDUE_CLOSE")


def received(twin: Twin, person: str) -> list[Row]:
    """The person's transfers, newest first; amounts in fen."""
    rows = twin.store.rows(
        "SELECT t.* FROM pay_transfer t JOIN identity i ON i.value = t.openid"
        " AND i.scope = 'openid:' || (t.body ->> 'appid') WHERE i.person = ? ORDER BY t.id DESC",
        (person,),
    )
    return [{**sheet(twin, row), **transfers.view(row), "at": row["updated_at"]} for row in rows]


def show_transfers(twin: Twin, body: Row) -> dict[str, Any]:
    """GET /_twin/state/transfers?mchid= — every bill with its payee and package."""
    rows = twin.store.rows(
        "SELECT * FROM pay_transfer WHERE ? IN ('', mchid) ORDER BY id", (body.get("mchid") or "",)
    )
    return {
        "transfers": [
            {
                **transfers.view(row),
                "person": payee_of(twin, row),
                "package_info": row["package_info"],
            }
            for row in rows
        ]
    }
