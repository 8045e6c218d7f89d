"""Work owed towards customers."""

from core.jobs import Payload, job
from outreach import services


@job("outreach.send_greeting", lane="greeting", lease_seconds=5, max_attempts=120)
def send_greeting(payload: Payload) -> None:
    services.send_greeting(greeting_id=payload["greeting_id"])
