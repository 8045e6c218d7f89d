"""Fills `outreach.contracts.StaffNotifier` (应用消息, document 90236)."""

from collections.abc import Sequence

from core.errors import PortFailure
from wecom.answers import Json, text_at
from wecom.client import CorpClient
from wecom.selectors import get_app
from wecom.texts import cut_bytes

ALL_INVALID = "81013"
MAX_USERIDS = 1_000
REPEAT_SECONDS = 14_400
"""The longest time in which the platform shows the same request once."""


class WecomStaffNotifier:
    def notify(
        self, *, userids: Sequence[str], title: str, text: str, url: str, key: str
    ) -> tuple[str, ...]:
        """The key rides in the address, which makes the request the platform compares."""
        app = get_app()
        joint = "&" if "?" in url else "?"
        body: Json = {
            "touser": "|".join(userids[:MAX_USERIDS]),
            "msgtype": "textcard",
            "agentid": int(app.agent_id),
            "textcard": {
                "title": cut_bytes(title, 128),
                "description": cut_bytes(text, 512),
                "url": f"{url}{joint}n={key}",
                "btntxt": "去处理",
            },
            "enable_duplicate_check": 1,
            "duplicate_check_interval": REPEAT_SECONDS,
        }
        try:
            answer = CorpClient(app).post("message/send", body)
        except PortFailure as failure:
            if failure.code == ALL_INVALID:
                return tuple(userids)
            raise
        invalid = {one.lower() for one in text_at(answer, "invaliduser").split("|") if one}
        return tuple(one for one in userids if one.lower() in invalid)
