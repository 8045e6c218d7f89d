"""商家转账: a bill waits for the person to confirm it, then reaches a final state."""

import secrets
from typing import Any

from twin import people
from twin.clock import rfc3339
from twin.context import Twin
from twin.pay import crypto, notify
from twin.pay import fields as f
from twin.pay.errors import PayError, bad_param
from twin.pay.gate import Call
from twin.store import Row, dump, load

OUT_BILL_NO = r"[0-9A-Za-z]{1,32}"
LEAST_FEN = 10
NAME_FROM_FEN, NAME_REQUIRED_FROM_FEN = 30, 200_000
KIND = "pay.transfer"
CONFIRM_WITHIN = 24 * 3600
QUERIED_FOR = 30 * 86_400
REPORTS = {
    "1000": {"活动名称", "奖励说明"},
    "1005": {"岗位类型", "报酬说明"},
    "1006": {"报销说明"},
}
REPORT = {"info_type": f.chars(15, required=True), "info_content": f.chars(32, required=True)}
BILL = {
    "appid": f.text(32, required=True),
    "out_bill_no": f.text(32, required=True),
    "transfer_scene_id": f.text(36, required=True),
    "openid": f.text(64, required=True),
    "user_name": f.text(1024),
    "transfer_amount": f.number(required=True),
    "transfer_remark": f.chars(32, required=True),
    "notify_url": f.text(256),
    "user_recv_perception": f.text(64),
    "transfer_scene_report_infos": f.array(f.group(REPORT), required=True),
}


def ask(call: Call) -> tuple[int, dict[str, Any]]:
    """POST /v3/fund-app/mch-transfer/transfer-bills."""
    twin, body, mchid = call.twin, call.body, call.merchant.mchid
    f.check_body(twin, body, BILL)
    old = find_bill(twin, mchid, body["out_bill_no"])
    if old is not None and _compared(load(old["body"])) != _compared(body):
        raise PayError("INVALID_REQUEST", "商户单号重复，且参数与首次请求不一致")
    if old is None:
        _check_bill(call)
        accept(twin, mchid, body)
    bill = get_bill(twin, mchid, body["out_bill_no"])
    return 200, _accepted(bill)


def query(call: Call) -> tuple[int, dict[str, Any]]:
    """GET …/transfer-bills/out-bill-no/{out_bill_no}."""
    return 200, _queried(call, call.path["out_bill_no"])


def query_by_id(call: Call) -> tuple[int, dict[str, Any]]:
    """GET …/transfer-bills/transfer-bill-no/{transfer_bill_no}."""
    sql = "SELECT out_bill_no FROM pay_transfer WHERE mchid = ? AND transfer_bill_no = ?"
    number = call.twin.store.value(sql, (call.merchant.mchid, call.path["transfer_bill_no"]))
    return 200, _queried(call, str(number))


def _queried(call: Call, out_bill_no: str) -> dict[str, Any]:
    """A bill of the last 30 days; older ones are not found."""
    bill = get_bill(call.twin, call.merchant.mchid, out_bill_no)
    if call.twin.clock.business() - bill["created_at"] > QUERIED_FOR:
        raise PayError("NOT_FOUND", "记录不存在")
    return view(bill)


def cancel(call: Call) -> tuple[int, dict[str, Any]]:
    """POST …/transfer-bills/out-bill-no/{out_bill_no}/cancel."""
    bill = get_bill(call.twin, call.merchant.mchid, call.path["out_bill_no"])
    if bill["state"] not in ("ACCEPTED", "WAIT_USER_CONFIRM", "CANCELING", "CANCELLED"):
        raise PayError("INVALID_REQUEST", "当前状态不可撤销")
    if bill["state"] in ("ACCEPTED", "WAIT_USER_CONFIRM"):
        bill = _withdraw(call.twin, bill)
    shown = view(bill)
    return 200, {
        name: shown[name] for name in ("out_bill_no", "transfer_bill_no", "state", "update_time")
    }


def _withdraw(twin: Twin, bill: Row) -> Row:
    """CANCELLED, or CANCELING for ``pay_transfer_cancel_delay`` seconds before."""
    if not float(twin.settings.get("pay_transfer_cancel_delay")):
        return finish(twin, bill, "CANCELLED", "MCH_CANCEL")
    moved = move(twin, bill, "CANCELING")
    owe(twin, moved, "pay_transfer_cancel_delay")
    return moved


def confirm_within(twin: Twin) -> int:
    """Business seconds after which a waiting bill is closed; closing may run later than 24 h."""
    return CONFIRM_WITHIN + int(twin.settings.get("pay_transfer_close_lag"))


def find_bill(twin: Twin, mchid: str, out_bill_no: str) -> Row | None:
    """The merchant's bill with this number; one left unconfirmed for a day has failed."""
    sql = "SELECT * FROM pay_transfer WHERE mchid = ? AND out_bill_no = ?"
    bill = twin.store.row(sql, (mchid, out_bill_no))
    if bill is None or bill["state"] != "WAIT_USER_CONFIRM":
        return bill
    if twin.clock.business() - bill["created_at"] < confirm_within(twin):
        return bill
    return finish(twin, bill, "FAIL", "OVERDUE_CLOSE")


def get_bill(twin: Twin, mchid: str, out_bill_no: str) -> Row:
    """Like find_bill; raises PayError 404 NOT_FOUND."""
    bill = find_bill(twin, mchid, out_bill_no)
    if bill is None:
        raise PayError("NOT_FOUND", "记录不存在")
    return bill


def move(twin: Twin, bill: Row, state: str) -> Row:
    """Bring a bill to a state that is not the last; the bill as it is now."""
    now = twin.clock.business()
    twin.store.execute(
        "UPDATE pay_transfer SET state = ?, updated_at = ? WHERE id = ?", (state, now, bill["id"])
    )
    return {**bill, "state": state, "updated_at": now}


def owe(twin: Twin, bill: Row, setting: str) -> None:
    """The bill moves on after so many real seconds."""
    twin.deliveries.queue(KIND, {"id": bill["id"]}, float(twin.settings.get(setting)))


def finish(twin: Twin, bill: Row, state: str, fail_reason: str | None = None) -> Row:
    """Bring a bill to a final state and notify; the bill as it is now."""
    now = twin.clock.business()
    with twin.store.transaction():
        twin.store.execute(
            "UPDATE pay_transfer SET state = ?, fail_reason = ?, updated_at = ? WHERE id = ?",
            (state, fail_reason, now, bill["id"]),
        )
        done = {**bill, "state": state, "fail_reason": fail_reason, "updated_at": now}
        shown = view(done)
        twin.log.write("pay.transfer", **shown)
        twin.log.write("transfer.finished", **shown)
        url = load(bill["body"]).get("notify_url")
        if url:
            names = ("appid", "transfer_remark")
            note = {name: shown[name] for name in shown if name not in names}
            number = bill["out_bill_no"]
            notify.announce(twin, bill["mchid"], "MCHTRANSFER.BILL.FINISHED", number, note, url)
    return done


def view(bill: Row) -> dict[str, Any]:
    """The bill as queries show it."""
    body = load(bill["body"])
    shown: dict[str, Any] = {
        "mch_id": bill["mchid"],
        "appid": body["appid"],
        "out_bill_no": bill["out_bill_no"],
        "transfer_bill_no": bill["transfer_bill_no"],
        "openid": bill["openid"],
        "state": bill["state"],
        "transfer_amount": bill["amount"],
        "transfer_remark": body["transfer_remark"],
        "create_time": rfc3339(bill["created_at"]),
        "update_time": rfc3339(bill["updated_at"]),
    }
    if bill["fail_reason"]:
        shown["fail_reason"] = bill["fail_reason"]
    return shown


def _accepted(bill: Row) -> dict[str, Any]:
    """The answer to a create call; only a waiting bill can be shown to the person."""
    shown = view(bill)
    names = ("out_bill_no", "transfer_bill_no", "create_time", "state", "fail_reason")
    answer = {name: shown[name] for name in names if name in shown}
    if bill["state"] == "WAIT_USER_CONFIRM":
        answer["package_info"] = bill["package_info"]
    return answer


def _check_bill(call: Call) -> None:
    body, amount = call.body, call.body["transfer_amount"]
    f.check_pattern("out_bill_no", body["out_bill_no"], OUT_BILL_NO)
    f.check_fen("transfer_amount", amount, LEAST_FEN)
    f.check_notify_url(body.get("notify_url"))
    if body["appid"] not in call.merchant.appids:
        raise PayError("APPID_MCHID_NOT_MATCH", "AppID和mch_id不匹配")
    if people.person_of_openid(call.twin, body["appid"], body["openid"]) is None:
        raise PayError("INVALID_REQUEST", "openid与appid不匹配")
    named = {info["info_type"] for info in body["transfer_scene_report_infos"]}
    if named != REPORTS.get(body["transfer_scene_id"], set()):
        raise PayError("PARAM_ERROR", "未传入完整且对应的转账场景报备信息")
    _check_name(call, amount)
    _check_caps(call, amount)


def _check_name(call: Call, amount: int) -> None:
    sealed = call.body.get("user_name")
    if sealed is None:
        if amount >= NAME_REQUIRED_FROM_FEN:
            raise bad_param("user_name", "转账金额大于等于2000元时必填")
        return
    if amount < NAME_FROM_FEN:
        raise bad_param("user_name", "转账金额小于0.3元时不支持")
    if crypto.open_sensitive(call.merchant.wxpay_private_pem, sealed) is None:
        raise bad_param("user_name", "敏感字段解密失败")


def _check_caps(call: Call, amount: int) -> None:
    setting, now = call.twin.settings.get, call.twin.clock.business()
    if amount > int(setting("pay_transfer_bill_cap")):
        raise PayError("RULE_LIMIT", "单笔转账金额超过限额")
    midnight = (now + 8 * 3600) // 86400 * 86400 - 8 * 3600
    today = call.twin.store.value(
        "SELECT coalesce(sum(amount), 0) FROM pay_transfer WHERE mchid = ? AND openid = ?"
        " AND created_at >= ? AND state NOT IN ('FAIL', 'CANCELLED')",
        (call.merchant.mchid, call.body["openid"], midnight),
    )
    if today + amount > int(setting("pay_transfer_day_cap")):
        raise PayError("RULE_LIMIT", "向同一用户转账的单日金额超过限额")


def accept(twin: Twin, mchid: str, body: dict[str, Any]) -> None:
    """Keep a new bill; it waits for the person at once, or ``pay_transfer_accept_delay`` later."""
    now, delay = twin.clock.business(), float(twin.settings.get("pay_transfer_accept_delay"))
    refusal = str(twin.settings.get("pay_transfer_refuse"))
    bill = {
        "transfer_bill_no": f"1330{secrets.randbelow(10**28):028d}",
        "mchid": mchid,
        "out_bill_no": body["out_bill_no"],
        "openid": body["openid"],
        "amount": body["transfer_amount"],
        "body": dump(body),
        "state": "ACCEPTED" if delay or refusal else "WAIT_USER_CONFIRM",
        "fail_reason": None,
        "package_info": "ABBQO" + crypto.nonce_text(59),
        "created_at": now,
        "updated_at": now,
    }
    bill["id"] = twin.store.insert("pay_transfer", **bill)
    twin.log.write("transfer.created", **view(bill))
    if bill["state"] == "ACCEPTED":
        owe(twin, bill, "pay_transfer_accept_delay")


def _compared(body: dict[str, Any]) -> dict[str, Any]:
    """OAEP is randomised: the same name never encrypts to the same text."""
    return {key: body[key] for key in body if key != "user_name"}
