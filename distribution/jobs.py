"""Listeners and nightly work: each looks up and makes one service call."""

import datetime as dt

from core.jobs import Payload, job
from distribution import services


@job("distribution.decide_order", lane="money")
def decide_order(payload: Payload) -> None:
    services.decide_order(payload["order_id"])


@job("distribution.freeze_order", lane="money")
def freeze_order(payload: Payload) -> None:
    services.freeze_order(payload["order_id"])


@job("distribution.reverse_refund", lane="money")
def reverse_refund(payload: Payload) -> None:
    services.reverse_refund(payload["refund_id"])


@job("distribution.settle_due", lane="nightly", lease_seconds=900, daily_at=dt.time(1, 10))
def settle_due(payload: Payload) -> None:
    services.settle_due()


@job("distribution.expire_bindings", lane="nightly", lease_seconds=600, daily_at=dt.time(0, 20))
def expire_bindings(payload: Payload) -> None:
    while services.expire_bindings():
        pass


@job("distribution.apply_binding_periods", lane="nightly", lease_seconds=600)
def apply_binding_periods(payload: Payload) -> None:
    services.apply_binding_periods(payload["rule_id"])


@job("distribution.bind_contact")
def bind_contact(payload: Payload) -> None:
    services.bind_contact(member_id=payload["member_id"], contact_id=payload["contact_id"])


@job("distribution.record_live_evidence")
def record_live_evidence(payload: Payload) -> None:
    services.record_live_evidence(
        member_id=payload["member_id"],
        guide_id=payload["guide_id"],
        brand_id=payload["brand_id"],
        ref=payload["room_id"],
        at=dt.datetime.fromisoformat(payload["at"]),
    )


@job("distribution.release_staff")
def release_staff(payload: Payload) -> None:
    services.release_staff(payload["staff_id"])


@job("distribution.advance_payout", lane="money", max_attempts=12)
def advance_payout(payload: Payload) -> None:
    services.advance_payout(payload["withdrawal_id"])


@job("distribution.sweep_payouts", lane="money", every=dt.timedelta(minutes=5))
def sweep_payouts(payload: Payload) -> None:
    services.sweep_payouts()


@job("distribution.reconcile_payouts", lane="sync", lease_seconds=900)
def reconcile_payouts(payload: Payload) -> None:
    services.reconcile_payouts(payload["task_id"])
