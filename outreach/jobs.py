"""Work owed towards customers."""

from core.jobs import Payload, RetryLater, job
from outreach import services

PATIENT = 1_000_000
"""Work that waits for people comes back until it is over."""

SENDING_SECONDS = 15.0


@job("outreach.send_greeting", lane="greeting", lease_seconds=5, max_attempts=120)
def send_greeting(payload: Payload) -> None:
    services.send_greeting(greeting_id=payload["greeting_id"])


@job("outreach.run_gate", lane="send", lease_seconds=120, max_attempts=PATIENT)
def run_gate(payload: Payload) -> None:
    services.run_gate(plan_id=payload["plan_id"])


@job("outreach.send_plan", lane="send", lease_seconds=40, max_attempts=PATIENT)
def send_plan(payload: Payload) -> None:
    wait = services.send_plan(
        plan_id=payload["plan_id"], depth=payload["depth"], seconds=SENDING_SECONDS
    )
    if wait is not None:
        raise RetryLater(wait, "there is more to send")


@job("outreach.poll_plan", lane="sync", lease_seconds=120, max_attempts=PATIENT)
def poll_plan(payload: Payload) -> None:
    wait = services.poll_results(plan_id=payload["plan_id"])
    if wait is not None:
        raise RetryLater(wait, "results are to come")


@job("outreach.remind_chunks", lane="send")
def remind_chunks(payload: Payload) -> None:
    services.remind_chunks(chunk_ids=payload["chunk_ids"])


@job("outreach.notify_senders", lane="send")
def notify_senders(payload: Payload) -> None:
    services.notify_senders(plan_id=payload["plan_id"])
