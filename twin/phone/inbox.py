"""What has arrived on a phone."""

from typing import Any

from twin.context import Twin
from twin.store import dump


def put_in_inbox(twin: Twin, owner: str, sender: str, kind: str, content: dict[str, Any]) -> int:
    """Show one message to ``person:ID`` or ``member:CORP/USERID``; its id."""
    return twin.store.insert(
        "inbox",
        owner=owner,
        sender=sender,
        kind=kind,
        at=twin.clock.business(),
        content=dump(content),
    )
