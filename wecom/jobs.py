"""Handling what came in: a new contact in the greeting lane, all else in the default."""

from core.jobs import Payload, job
from wecom import services


@job("wecom.handle_contact", lane="greeting", lease_seconds=10)
def handle_contact(payload: Payload) -> None:
    services.handle_message(payload["inbox_id"])


@job("wecom.handle_callback", lane="default")
def handle_callback(payload: Payload) -> None:
    services.handle_message(payload["inbox_id"])
