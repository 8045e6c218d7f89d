"""What the mall owes and when it looks again."""

import datetime as dt

from core.jobs import Payload, RetryLater, job
from mall.services import closing, expiry, flash, imports, refund_results, returns, shipping, sweeps


@job("mall.close_expired", lane="money", max_attempts=12)
def close_expired(payload: Payload) -> None:
    closing.close_expired(payload["order_id"])


@job("mall.end_flash_sale", max_attempts=12)
def end_flash_sale(payload: Payload) -> None:
    flash.end_flash_sale(sale_id=payload["sale_id"])


@job("mall.send_refund", lane="money", max_attempts=12)
def send_refund(payload: Payload) -> None:
    refund_results.send_refund(payload["refund_id"])


@job("mall.check_payment", lane="money", max_attempts=3)
def check_payment(payload: Payload) -> None:
    sweeps.check_payment(payload["out_trade_no"])


@job("mall.sweep_payments", lane="money", every=dt.timedelta(minutes=5))
def sweep_payments(payload: Payload) -> None:
    sweeps.sweep_payments()


@job("mall.recheck_closed", lane="money", daily_at=dt.time(4, 30))
def recheck_closed(payload: Payload) -> None:
    sweeps.recheck_closed()


@job("mall.lapse_returns", daily_at=dt.time(3, 40))
def lapse_returns(payload: Payload) -> None:
    returns.lapse_returns()


@job("mall.receive_overdue", every=dt.timedelta(hours=1))
def receive_overdue(payload: Payload) -> None:
    shipping.receive_overdue()


@job("mall.expire_entitlements", lane="nightly", daily_at=dt.time(0, 20))
def expire_entitlements(payload: Payload) -> None:
    expiry.expire_entitlements()


@job("mall.import_members", lane="sync", lease_seconds=300, max_attempts=20)
def import_members(payload: Payload) -> None:
    try:
        imports.run_member_import(payload["task_id"])
    except imports.TaskMoved as busy:
        raise RetryLater(10, busy.text) from busy


@job("mall.run_import", lane="sync", lease_seconds=300, max_attempts=20)
def run_import(payload: Payload) -> None:
    try:
        imports.run_import(payload["task_id"])
    except imports.TaskMoved as busy:
        raise RetryLater(10, busy.text) from busy
