"""Messages of the app to members (developer page 90236)."""

import hashlib
import re
import secrets
from typing import Any

from starlette.routing import BaseRoute

from twin.phone.inbox import put_in_inbox
from twin.store import Row, dump
from twin.strict import Field, check_fields
from twin.wecom.contact_way import members_below
from twin.wecom.corps import find_member, list_members
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused
from twin.wecom.media import check_media

MAX_USERS = 1000
MAX_PARTIES = 100
TASK_ID = re.compile(r"[A-Za-z0-9_\-@]{1,128}")


def message_send(call: Call) -> Answer:
    """Partial failure is a success that names the invalid ones; all invalid is 81013."""
    body = call.body
    if body["agentid"] != call.corp["agent_id"]:
        raise Refused(301002)
    content = _content(call)
    userids, invalid_users, invalid_parties = _receivers(call)
    if not userids:
        raise Refused(81013, invaliduser="|".join(invalid_users))
    msgid = "msg" + secrets.token_urlsafe(24)
    if not _is_repeat(call):
        _deliver(call, userids, content, msgid)
    return {
        "invaliduser": "|".join(invalid_users),
        "invalidparty": "|".join(invalid_parties),
        "invalidtag": body.get("totag", ""),
        "unlicenseduser": "",
        "msgid": msgid,
    }


def _deliver(call: Call, userids: list[str], content: Row, msgid: str) -> None:
    kind = call.body["msgtype"]
    spared = [userid for userid in userids if _has_enough(call, userid)]
    reached = [userid for userid in userids if userid not in spared]
    told = {"corp_id": call.corp_id, "msgtype": kind, "content": content, "msgid": msgid}
    if spared:
        call.twin.log.write("message.dropped", userids=spared, **told)
    if reached:
        call.twin.log.write("message.sent", userids=reached, **told)
    for userid in reached:
        owner = f"member:{call.corp_id}/{userid}"
        put_in_inbox(call.twin, owner, str(call.corp["name"]), kind, content)
        call.twin.store.insert(
            "told_member", corp_id=call.corp_id, userid=userid, at=call.twin.clock.real()
        )


def _has_enough(call: Call, userid: str) -> bool:
    """Whether the member has had 30 messages in a minute, or 1,000 in an hour; nobody is told."""
    for setting, seconds in (("message_per_minute", 60), ("message_per_hour", 3600)):
        since = call.twin.clock.real() - seconds
        had = call.twin.store.value(
            "SELECT count(*) FROM told_member WHERE corp_id = ? AND userid = ? AND at > ?",
            (call.corp_id, userid, since),
        )
        if had >= int(call.twin.settings.get(setting)):
            return True
    return False


def _receivers(call: Call) -> tuple[list[str], list[str], list[str]]:
    """(userids, invalid userids, invalid party ids); userids come back lower-cased."""
    users = [u for u in call.body.get("touser", "").split("|") if u]
    parties = [p.strip() for p in call.body.get("toparty", "").split("|") if p.strip()]
    if not users and not parties and not call.body.get("totag"):
        raise Refused(40063, "touser, toparty and totag are empty")
    if len(users) > MAX_USERS or len(parties) > MAX_PARTIES:
        raise Refused(40031 if len(users) > MAX_USERS else 40066)
    if users == ["@all"]:
        return [m["userid"] for m in list_members(call.twin, call.corp_id)], [], []
    good, bad = _split_users(call, users)
    bad_parties = []
    for party in parties:
        try:
            below = members_below(call.twin, call.corp_id, int(party))
            good += [m["userid"] for m in below if m["userid"] not in good]
        except (Refused, ValueError):
            bad_parties.append(party)
    return good, bad, bad_parties


def _split_users(call: Call, users: list[str]) -> tuple[list[str], list[str]]:
    good, bad = [], []
    for userid in users:
        member = find_member(call.twin, call.corp_id, userid)
        if member is not None and member["visible"] and member["active"]:
            good.append(member["userid"])
        else:
            bad.append(userid.lower())
    return list(dict.fromkeys(good)), bad


def _content(call: Call) -> Row:
    kind = call.body["msgtype"]
    content: dict[str, Any] | None = call.body.get(kind)
    if content is None:
        raise Refused(44004 if kind == "text" else 40063, kind)
    refuse = bool(call.twin.settings.get("refuse_unknown_fields"))
    check_fields(content, CONTENTS[kind], where=kind, refuse_unknown=refuse)
    if kind in ("image", "voice", "video", "file"):
        check_media(call, content["media_id"], kind)
    if kind == "template_card":
        _check_card(content)
    if kind == "text":
        # Longer texts are cut at 2048 bytes, never in the middle of a character.
        return {"content": content["content"].encode()[:2048].decode("utf-8", "ignore")}
    return content


def _check_card(card: Row) -> None:
    kind = card.get("card_type")
    kinds = ("text_notice", "news_notice", "button_interaction", "vote_interaction")
    if kind not in (*kinds, "multiple_interaction"):
        raise Refused(42031)
    notice = str(kind).endswith("notice")
    if notice and (card.get("card_action") or {}).get("type") not in (1, 2):
        raise Refused(42045)
    if (not notice or card.get("action_menu")) and not TASK_ID.fullmatch(card.get("task_id", "")):
        raise Refused(42014)
    if len(card.get("horizontal_content_list") or []) > 6:
        raise Refused(42035)
    if len(card.get("jump_list") or []) > 3:
        raise Refused(42042)


def _is_repeat(call: Call) -> bool:
    """The same request within the window is answered and not delivered again."""
    if not call.body.get("enable_duplicate_check"):
        return False
    window = min(call.body.get("duplicate_check_interval") or 1800, 14_400)
    digest = hashlib.sha256(dump(call.body).encode()).hexdigest()
    now, store = call.twin.clock.real(), call.twin.store
    seen = store.value(
        "SELECT max(at) FROM sent_message WHERE digest = ? AND corp_id = ?", (digest, call.corp_id)
    )
    if seen is not None and now - float(seen) < window:
        return True
    store.insert("sent_message", digest=digest, corp_id=call.corp_id, at=now)
    return False


def _text(limit: int, *, required: bool = False) -> Field:
    return Field(str, required=required, max_bytes=limit, too_long=45002)


ARTICLE = {
    "title": _text(128, required=True),
    "description": _text(512),
    "url": _text(2048),
    "picurl": _text(2048),
    "appid": Field(str),
    "pagepath": Field(str),
}
MEDIA = {"media_id": Field(str, required=True, missing=41006)}
CARD_NAMES = (
    "card_type source action_menu task_id main_title quote_area emphasis_content sub_title_text"
    " horizontal_content_list jump_list card_action button_selection button_list checkbox"
    " select_list submit_button card_image image_text_area vertical_content_list"
)
CONTENTS: dict[str, dict[str, Field]] = {
    "text": {"content": Field(str, required=True, missing=44004)},
    "markdown": {"content": _text(2048, required=True)},
    "image": MEDIA,
    "voice": MEDIA,
    "file": MEDIA,
    "video": {**MEDIA, "title": _text(128), "description": _text(512)},
    "textcard": {
        "title": Field(str, required=True, missing=41016, max_bytes=128, too_long=45002),
        "description": Field(str, required=True, missing=41033, max_bytes=512, too_long=45002),
        "url": Field(str, required=True, missing=41010, max_bytes=2048, too_long=40039),
        "btntxt": Field(str, max_chars=4),
    },
    "news": {
        "articles": Field(
            list, required=True, max_items=8, too_long=45008, item=Field(dict, fields=ARTICLE)
        )
    },
    "template_card": {name: Field((str, dict, list)) for name in CARD_NAMES.split()},
}
SEND = {
    "touser": Field(str),
    "toparty": Field(str),
    "totag": Field(str),
    "agentid": Field(int, required=True, missing=41011, invalid=40056),
    "msgtype": Field(str, required=True, choices=tuple(CONTENTS)),
    "safe": Field(int, choices=(0, 1)),
    "enable_id_trans": Field(int, choices=(0, 1)),
    "enable_duplicate_check": Field(int, choices=(0, 1)),
    "duplicate_check_interval": Field(int),
    **{kind: Field(dict) for kind in CONTENTS},
}

routes: list[BaseRoute] = [post("message/send", message_send, SEND)]
