"""Fills `community.contracts.GroupDirectory` (客户群)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from community.contracts import (
    GROUP_GONE,
    GroupDetails,
    GroupHead,
    GroupPerson,
    OwnerCounts,
)
from core import clock
from core.errors import PortFailure
from wecom.answers import Json, needed_at, text_at
from wecom.client import CorpClient
from wecom.errcodes import GONE
from wecom.selectors import get_app

PAGE = 1_000
MAX_PAGES = 100
WAITS_FOR_HEIR = "1"
STAFF = "1"
NOTHING_TO_SHOW = frozenset({"84061", "84074"})
"""Owners without customers or groups are answered with an error, which means none."""

_GONE_CODES = frozenset({*(str(code) for code in GONE), "40050", "40058", "86001", "86003"})


class WecomGroups:
    def __init__(self, page: int = PAGE) -> None:
        self._page = page

    def list_groups(self, owners: Sequence[str]) -> list[GroupHead]:
        heads = []
        for row in _pages(
            "externalcontact/groupchat/list", self._owned_by(owners), "group_chat_list"
        ):
            is_orphaned = text_at(row, "status") == WAITS_FOR_HEIR
            heads.append(GroupHead(needed_at(row, "chat_id"), is_orphaned))
        return heads

    def get_group(self, chat_id: str) -> GroupDetails:
        body = {"chat_id": chat_id, "need_name": 1}
        try:
            answer = _client().post("externalcontact/groupchat/get", body)
        except PortFailure as failure:
            if failure.code in _GONE_CODES:
                raise PortFailure(GROUP_GONE, failure.text) from failure
            raise
        group = answer.get("group_chat") or {}
        return GroupDetails(
            chat_id=text_at(group, "chat_id") or chat_id,
            name=text_at(group, "name"),
            owner=text_at(group, "owner"),
            created_at=_moment(group, "create_time"),
            notice=text_at(group, "notice"),
            version=text_at(group, "member_version"),
            members=tuple(_person(row) for row in group.get("member_list") or ()),
        )

    def statistics(self, day: dt.date, owners: Sequence[str]) -> list[OwnerCounts]:
        body = {"day_begin_time": int(clock.day_start(day).timestamp()), **self._owned_by(owners)}
        counts: list[OwnerCounts] = []
        for _ in range(MAX_PAGES):
            page = _ask("externalcontact/groupchat/statistic", {**body, "offset": len(counts)})
            items = page.get("items") or ()
            counts += [_counts(row) for row in items]
            if not items or len(counts) >= int(text_at(page, "total") or 0):
                break
        return counts

    def _owned_by(self, owners: Sequence[str]) -> Json:
        return {"owner_filter": {"userid_list": list(owners)}, "limit": self._page}


def _client() -> CorpClient:
    return CorpClient(get_app())


def _ask(api: str, body: Json) -> Json:
    try:
        return _client().post(api, body)
    except PortFailure as failure:
        if failure.code in NOTHING_TO_SHOW:
            return {}
        raise


def _pages(api: str, body: Json, name: str) -> Iterator[Any]:
    """Rows to the last cursor."""
    cursor = ""
    for _ in range(MAX_PAGES):
        page = _ask(api, {**body, "cursor": cursor} if cursor else body)
        yield from page.get(name) or ()
        cursor = text_at(page, "next_cursor")
        if not cursor:
            return


def _person(row: Any) -> GroupPerson:
    return GroupPerson(
        person=needed_at(row, "userid"),
        is_staff=text_at(row, "type") == STAFF,
        joined_at=_moment(row, "join_time"),
        unionid=text_at(row, "unionid"),
        name=text_at(row, "name") or text_at(row, "group_nickname"),
        join_scene=int(text_at(row, "join_scene") or 0),
        state=text_at(row, "state"),
    )


def _counts(row: Any) -> OwnerCounts:
    data = row.get("data") or {}

    def count(name: str) -> int:
        return int(text_at(data, name) or 0)

    return OwnerCounts(
        owner=needed_at(row, "owner"),
        new_groups=count("new_chat_cnt"),
        groups=count("chat_total"),
        groups_with_messages=count("chat_has_msg"),
        new_members=count("new_member_cnt"),
        members=count("member_total"),
        members_who_spoke=count("member_has_msg"),
        messages=count("msg_total"),
    )


def _moment(row: Any, name: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(needed_at(row, name)), dt.UTC)
