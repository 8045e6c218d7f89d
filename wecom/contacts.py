"""Fills `members.contracts.ContactSource` and `TagWriter`."""

import datetime as dt
from typing import Any

from core.errors import PortFailure
from members.contracts import ContactDetails, Follow
from wecom.answers import Json, needed_at, text_at
from wecom.client import CorpClient
from wecom.errcodes import GONE
from wecom.selectors import get_app

NO_CUSTOMERS = "84061"
MAX_PAGES = 100
_GONE_CODES = frozenset(str(code) for code in GONE)


class WecomContacts:
    def fetch(self, external_userid: str) -> ContactDetails:
        """Follows of more than 500 staff come in pages; they are put together."""
        client = CorpClient(get_app())
        person: Json = {}
        follows: list[Follow] = []
        cursor = ""
        for _ in range(MAX_PAGES):
            page = _read(client, external_userid, cursor)
            person = person or page.get("external_contact") or {}
            follows += [_follow(row) for row in page.get("follow_user") or ()]
            cursor = text_at(page, "next_cursor")
            if not cursor:
                break
        return ContactDetails(
            external_userid=text_at(person, "external_userid") or external_userid,
            name=text_at(person, "name"),
            unionid=text_at(person, "unionid"),
            follows=tuple(follows),
        )

    def list_external(self, userid: str) -> list[str]:
        """A member without customers is answered with an error, which means none."""
        try:
            answer = CorpClient(get_app()).get("externalcontact/list", userid=userid)
        except PortFailure as failure:
            if failure.code == NO_CUSTOMERS:
                return []
            raise
        return [str(found) for found in answer.get("external_userid") or ()]


def _read(client: CorpClient, external_userid: str, cursor: str) -> Json:
    params = {"external_userid": external_userid}
    if cursor:
        params["cursor"] = cursor
    try:
        return client.get("externalcontact/get", **params)
    except PortFailure as failure:
        if failure.code in _GONE_CODES:
            raise PortFailure("contact_gone", failure.text) from failure
        raise


def _follow(row: Any) -> Follow:
    tags = row.get("tags") or ()
    seconds = text_at(row, "createtime")
    return Follow(
        userid=needed_at(row, "userid"),
        remark=text_at(row, "remark"),
        state=text_at(row, "state"),
        add_way=int(text_at(row, "add_way") or 0),
        created_at=dt.datetime.fromtimestamp(int(seconds), dt.UTC) if seconds else None,
        tags=tuple(text_at(tag, "tag_id") for tag in tags if text_at(tag, "tag_id")),
    )


class WecomTags:
    def mark(self, userid: str, external_userid: str, add: list[str], remove: list[str]) -> None:
        if not add and not remove:
            return
        body: Json = {"userid": userid, "external_userid": external_userid}
        if add:
            body["add_tag"] = add
        if remove:
            body["remove_tag"] = remove
        CorpClient(get_app()).post("externalcontact/mark_tag", body)

    def ensure_tag(self, group: str, name: str) -> tuple[str, str]:
        """Ask first: adding twice would collapse, but a lost answer has no id in it."""
        client = CorpClient(get_app())
        found = _find_tag(client, group, name)
        if found is not None:
            return found
        body = {"group_name": group[:30], "tag": [{"name": name[:30]}]}
        made = client.post("externalcontact/add_corp_tag", body)
        tags = (made.get("tag_group") or {}).get("tag") or [{}]
        return needed_at(made, "tag_group", "group_id"), needed_at(tags[0], "id")


def _find_tag(client: CorpClient, group: str, name: str) -> tuple[str, str] | None:
    answer = client.post("externalcontact/get_corp_tag_list", {})
    for row in answer.get("tag_group") or ():
        if text_at(row, "group_name") != group[:30]:
            continue
        for tag in row.get("tag") or ():
            if text_at(tag, "name") == name[:30]:
                return needed_at(row, "group_id"), needed_at(tag, "id")
    return None
