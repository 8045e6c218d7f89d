"""Fills `acquisition.contracts.ContactWays` (联系我 and 获客助手)."""

from collections.abc import Iterator

from acquisition.contracts import InviteLink, Way
from core import clock
from core.errors import PortFailure
from wecom.answers import Json, needed_at, text_at
from wecom.client import CorpClient
from wecom.selectors import get_app

MAX_PAGES = 50


class WecomContactWays:
    def create(self, userids: list[str], state: str, remark: str = "") -> Way:
        body: Json = {
            "type": 1 if len(userids) == 1 else 2,
            "scene": 2,
            "skip_verify": True,
            "state": state,
            "user": userids,
        }
        if remark:
            body["remark"] = remark[:30]
        made = _client().post("externalcontact/add_contact_way", body, repeatable=False)
        return Way(needed_at(made, "config_id"), text_at(made, "qr_code"), state)

    def find(self, state: str) -> Way | None:
        """Ask for what an unknown outcome left behind: the codes of the last day."""
        client = _client()
        for config_id in _recent(client):
            way = client.post("externalcontact/get_contact_way", {"config_id": config_id})
            if text_at(way, "contact_way", "state") == state:
                return Way(config_id, text_at(way, "contact_way", "qr_code"), state)
        return None

    def change_staff(self, config_id: str, userids: list[str]) -> None:
        body = {"config_id": config_id, "user": userids}
        _client().post("externalcontact/update_contact_way", body)

    def delete(self, config_id: str) -> None:
        _forgiving("externalcontact/del_contact_way", {"config_id": config_id}, "41044")

    def create_link(self, userid: str, name: str) -> InviteLink:
        body = {
            "link_name": name[:30],
            "range": {"user_list": [userid]},
            "skip_verify": True,
        }
        made = _client().post(
            "externalcontact/customer_acquisition/create_link", body, repeatable=False
        )
        return InviteLink(needed_at(made, "link", "link_id"), needed_at(made, "link", "url"))

    def delete_link(self, link_id: str) -> None:
        api = "externalcontact/customer_acquisition/delete_link"
        _client().post(api, {"link_id": link_id})


def _client() -> CorpClient:
    return CorpClient(get_app())


def _forgiving(api: str, body: Json, gone: str) -> None:
    """Deleting what is not there any more is done already."""
    try:
        _client().post(api, body)
    except PortFailure as failure:
        if failure.code != gone:
            raise


def _recent(client: CorpClient) -> Iterator[str]:
    """Ids of codes made since yesterday, by the platform's own clock."""
    since = int(clock.real_now().timestamp()) - 86_400
    cursor = ""
    for _ in range(MAX_PAGES):
        body: Json = {"start_time": since, "limit": 1000}
        if cursor:
            body["cursor"] = cursor
        page = client.post("externalcontact/list_contact_way", body)
        for row in page.get("contact_way", ()):
            yield needed_at(row, "config_id")
        cursor = page.get("next_cursor") or ""
        if not cursor:
            return
