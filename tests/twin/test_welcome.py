"""Welcome messages: single use, twenty seconds, sizes, what reaches the customer."""

import pytest

from tests.twin.wecom_kit import CORP, http

SEND = "externalcontact/send_welcome_msg"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def seen(corp, person):
    return [
        (m["sender"], m["kind"], m["content"])
        for m in corp.twin.admin("GET", "messages", person=person)["messages"]
    ]


def link(title="新客礼", url="https://aurora.localhost/claim/1", **more):
    return {"msgtype": "link", "link": {"title": title, "url": url, **more}}


def test_text_and_link_reach_the_customer_as_two_messages(corp):
    added = corp.customer()

    answer = corp.post(
        SEND, welcome_code=added["welcome_code"], text={"content": "您好"}, attachments=[link()]
    )

    sender = f"{CORP['corp_id']}/cai"
    assert answer == {"errcode": 0, "errmsg": "ok"}
    assert seen(corp, added["person"]) == [
        (sender, "text", {"content": "您好"}),
        (sender, "link", {"title": "新客礼", "url": "https://aurora.localhost/claim/1"}),
    ]
    sent = corp.twin.log("welcome.sent")
    assert [(s["userid"], s["external_userid"]) for s in sent] == [
        ("cai", added["external_userid"])
    ]


def test_code_works_once(corp):
    code = corp.customer()["welcome_code"]

    first = corp.post(SEND, welcome_code=code, text={"content": "一"})
    second = corp.post(SEND, welcome_code=code, text={"content": "二"})

    assert (first["errcode"], second["errcode"]) == (0, 41051)
    assert len(corp.twin.log("welcome.sent")) == 1


def test_code_ends_after_its_time(corp):
    code = corp.customer()["welcome_code"]
    corp.twin.admin("POST", "settings", welcome_code_ttl=0)

    assert corp.post(SEND, welcome_code=code, text={"content": "迟"})["errcode"] == 41050
    assert corp.twin.log("welcome.sent") == []


def test_code_life_is_twenty_real_seconds(corp):
    code = corp.customer()["welcome_code"]
    corp.twin.admin("POST", "clock", offset_seconds=3600)

    assert corp.twin.admin("GET", "settings")["welcome_code_ttl"] == 20.0
    assert corp.post(SEND, welcome_code=code, text={"content": "准时"})["errcode"] == 0


def test_code_is_dead_once_the_customer_has_written(corp):
    added = corp.customer()
    who = {"corp_id": CORP["corp_id"], "userid": "cai", "person": added["person"]}
    corp.twin.admin("POST", "act/chat", **who)

    answer = corp.post(SEND, welcome_code=added["welcome_code"], text={"content": "您好"})

    assert answer["errcode"] == 41051


def test_another_corps_code_is_unknown(corp):
    code = corp.customer()["welcome_code"]
    corp.twin.admin("POST", "corps", corp_id="wwbreeze", agent_id=7, secret="other")
    query = {"corpid": "wwbreeze", "corpsecret": "other"}
    corp.token = http.get(f"{corp.twin.base}/cgi-bin/gettoken", params=query).json()["access_token"]

    assert corp.post(SEND, welcome_code=code, text={"content": "您好"})["errcode"] == 41050


def test_no_code_when_the_console_greets_already(corp):
    where = f"corps/{CORP['corp_id']}/members"
    corp.twin.admin("POST", where, userid="cai", console_welcome=True)

    assert corp.customer()["welcome_code"] is None


def test_add_after_half_gives_a_code_only_if_nobody_was_greeted(corp):
    how = {"corp_id": CORP["corp_id"], "userid": "cai"}
    quiet = corp.customer(**how, half=True)
    greeted = corp.customer(**how, half=True)
    corp.post(SEND, welcome_code=greeted["welcome_code"], text={"content": "您好"})

    again = [
        corp.twin.admin("POST", "act/add", **how, person=who["person"])["welcome_code"]
        for who in (quiet, greeted)
    ]

    assert again[0] not in (None, quiet["welcome_code"])
    assert again[1] is None


BAD = [
    ({}, 40063),
    ({"text": {"content": ""}}, 40063),
    ({"text": {"content": "礼" * 1334}}, 45002),
    ({"text": {"content": "x"}, "extra": 1}, 40058),
    ({"attachments": [link()] * 10}, 41064),
    ({"attachments": [{"msgtype": "voice", "voice": {}}]}, 41065),
    ({"attachments": [link(title="礼" * 43)]}, 40058),
    ({"attachments": [link(desc="x" * 513)]}, 40058),
    ({"attachments": [link(url="")]}, 41010),
    ({"attachments": [{"msgtype": "image", "image": {"media_id": "none"}}]}, 40007),
    ({"attachments": [{"msgtype": "link", "link": {"title": "a", "url": "b", "pic": "c"}}]}, 40058),
]


@pytest.mark.parametrize(("body", "errcode"), BAD)
def test_wrong_message_is_refused_and_leaves_the_code_usable(corp, body, errcode):
    code = corp.customer()["welcome_code"]

    assert corp.post(SEND, welcome_code=code, **body)["errcode"] == errcode
    assert corp.twin.log("welcome.sent") == []
    assert corp.post(SEND, welcome_code=code, text={"content": "礼" * 1333})["errcode"] == 0


def test_uploaded_pictures_may_be_sent_by_id_or_by_address(corp):
    form = {"media": ("a.png", PNG, "image/png")}
    base, token = corp.twin.base, {"access_token": corp.token}
    upload = http.post(
        f"{base}/cgi-bin/media/upload", params={**token, "type": "image"}, files=form
    ).json()
    picture = http.post(f"{base}/cgi-bin/media/uploadimg", params=token, files=form).json()

    answer = corp.post(
        SEND,
        welcome_code=corp.customer()["welcome_code"],
        attachments=[
            {"msgtype": "image", "image": {"media_id": upload["media_id"]}},
            {"msgtype": "image", "image": {"pic_url": picture["url"]}},
            {"msgtype": "miniprogram", "miniprogram": {
                "title": "券", "pic_media_id": upload["media_id"], "appid": "wx1", "page": "p"}},
        ],
    )  # fmt: skip

    assert answer["errcode"] == 0
    assert http.get(picture["url"]).content == PNG
