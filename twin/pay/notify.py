"""Notifications: sealed with the APIv3 key, signed, repeated until acknowledged."""

import random
import secrets
from typing import Any

import httpx

from twin import hosts
from twin.context import Twin
from twin.pay import crypto
from twin.pay.gate import signature_headers
from twin.pay.merchants import get_merchant, signer_for
from twin.store import Row, dump

KIND = "pay.notify"
SCHEDULE = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
SUMMARIES = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
    "MCHTRANSFER.BILL.FINISHED": "商家转账单据终态通知",
}
SOURCES = {"TRANSACTION": "transaction", "REFUND": "refund", "MCHTRANSFER": "mch_payment"}
SIGNTEST = "WECHATPAY/SIGNTEST/"


def announce(
    twin: Twin, mchid: str, event_type: str, ref: str, resource: dict[str, Any], url: str
) -> str:
    """Keep a notification and owe its delivery; its id. ``ref`` is the merchant's number."""
    event_id = f"EV-{twin.clock.business()}{secrets.token_hex(10)}"
    body = _envelope(twin, mchid, event_id, event_type, resource)
    twin.store.insert(
        "pay_notification",
        id=event_id,
        mchid=mchid,
        event_type=event_type,
        ref=ref,
        url=url,
        body=dump(body),
        created_at=twin.clock.business(),
    )
    if not twin.settings.get("pay_notify_never"):
        _owe(twin, event_id)
    return event_id


def _envelope(
    twin: Twin, mchid: str, event_id: str, event_type: str, resource: dict[str, Any]
) -> dict[str, Any]:
    source = SOURCES[event_type.partition(".")[0]]
    sealed = crypto.seal(get_merchant(twin, mchid).apiv3_key, dump(resource), source)
    return {
        "id": event_id,
        "create_time": twin.clock.business_rfc3339(),
        "resource_type": "encrypt-resource",
        "event_type": event_type,
        "summary": SUMMARIES[event_type],
        "resource": {"original_type": source, **sealed},
    }


def repeat(twin: Twin, event_id: str, copies: int = 1) -> None:
    """Send a notification again, now, in so many parallel copies."""
    for _ in range(copies):
        twin.deliveries.queue(KIND, {"id": event_id, "once": True})


def _owe(twin: Twin, event_id: str) -> None:
    setting = twin.settings.get
    delay = float(setting("pay_notify_delay"))
    # Decided by the seed and the count so far, so that a run can be played again.
    count = twin.store.value("SELECT count(*) FROM pay_notification")
    draw = random.Random(f"{setting('random_seed')}:{count}")
    probed, repeated = draw.random(), draw.random()
    if probed < float(setting("pay_signtest_rate")):
        twin.deliveries.queue(KIND, {"id": event_id, "probe": True}, delay)
    twin.deliveries.queue(KIND, {"id": event_id}, delay)
    if repeated < float(setting("pay_notify_duplicate_rate")):
        for _ in range(int(setting("pay_notify_copies"))):
            twin.deliveries.queue(KIND, {"id": event_id, "once": True}, delay)


async def send(twin: Twin, payload: dict[str, Any], attempt: int) -> float | None:
    """The sender of deliveries: seconds until the next attempt, None when finished."""
    row = twin.store.row("SELECT * FROM pay_notification WHERE id = ?", (payload["id"],))
    if row is None:  # a reset came between
        return None
    probe = bool(payload.get("probe"))
    status = await _post(twin, row, probe=probe)
    _log(twin, row, attempt, status, probe=probe)
    if probe:
        return None
    done = status in (200, 204)
    twin.store.execute(
        "UPDATE pay_notification SET attempts = attempts + 1, last_status = ?,"
        " acknowledged = max(acknowledged, ?) WHERE id = ?",
        (status, int(done), row["id"]),
    )
    if done or payload.get("once") or attempt > len(SCHEDULE):
        return None
    return SCHEDULE[attempt - 1] * float(twin.settings.get("pay_notify_scale"))


def _log(twin: Twin, row: Row, attempt: int, status: int | None, *, probe: bool) -> None:
    names = ("id", "mchid", "event_type", "ref")
    kind = "pay.signtest" if probe else KIND
    told = {name: row[name] for name in names}
    twin.log.write(kind, **told, attempt=attempt, status=status)


async def _post(twin: Twin, row: Row, *, probe: bool) -> int | None:
    """The status answered in time; None when there was none."""
    signer = signer_for(twin, get_merchant(twin, row["mchid"]))
    assert signer is not None
    headers = {"Content-Type": "application/json", "User-Agent": "Mozilla/4.0", "Accept": "*/*"}
    headers |= signature_headers(signer, row["body"])
    if probe:
        # The real probe is a wrong signature with this start; a receiver must refuse it.
        headers["Wechatpay-Signature"] = SIGNTEST + headers["Wechatpay-Signature"][len(SIGNTEST) :]
    limit = float(twin.settings.get("pay_notify_timeout"))
    try:
        answer = await hosts.send(
            twin, "POST", row["url"], timeout=limit, headers=headers, body=row["body"].encode()
        )
    except (hosts.HostNotMapped, httpx.HTTPError):
        return None
    return answer.status_code
