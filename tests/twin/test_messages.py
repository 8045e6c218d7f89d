"""App messages to members, and media."""

import pytest

from tests.twin.wecom_kit import CORP, http

TO_CAI = {"touser": "cai", "agentid": CORP["agent_id"]}
CARD = {
    "title": "今日三件事",
    "description": "3 位顾客待跟进",
    "url": "https://aurora.localhost/g/",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def seen(corp, userid):
    query = {"corp_id": CORP["corp_id"], "userid": userid}
    return [
        (m["kind"], m["content"]) for m in corp.twin.admin("GET", "messages", **query)["messages"]
    ]


def test_card_reaches_the_members_and_the_invalid_are_named(corp):
    answer = corp.post(
        "message/send", **{**TO_CAI, "touser": "CAI|Nobody"}, msgtype="textcard", textcard=CARD
    )

    assert (answer["errcode"], answer["invaliduser"]) == (0, "nobody")
    assert answer["msgid"].startswith("msg")
    assert seen(corp, "cai") == [("textcard", CARD)]
    assert corp.twin.log("message.sent")[0]["userids"] == ["cai"]


def test_everyone_and_departments_are_reached(corp):
    text = {"msgtype": "text", "text": {"content": "早"}, "agentid": CORP["agent_id"]}

    corp.post("message/send", touser="@all", **text)
    corp.post("message/send", toparty="2", **text)

    assert (len(seen(corp, "cai")), len(seen(corp, "dee"))) == (2, 1)


def test_long_text_is_cut_at_2048_bytes_between_characters(corp):
    corp.post("message/send", **TO_CAI, msgtype="text", text={"content": "字" * 700})

    assert seen(corp, "cai") == [("text", {"content": "字" * 682})]


def test_same_request_inside_the_window_is_delivered_once(corp):
    body = {**TO_CAI, "msgtype": "text", "text": {"content": "早"}, "enable_duplicate_check": 1}

    assert [corp.post("message/send", **body)["errcode"] for _ in range(2)] == [0, 0]
    assert len(seen(corp, "cai")) == 1


@pytest.mark.parametrize(
    ("knob", "limit"),
    [("message_per_minute", 30), ("message_per_hour", 40)],
    ids=["minute", "hour"],
)
def test_what_is_too_much_for_a_member_is_dropped_unsaid(corp, knob, limit):
    knobs = {"message_per_minute": 1000, "message_per_hour": 1000, knob: limit}
    corp.twin.admin("POST", "settings", **knobs)
    to = {"agentid": CORP["agent_id"], "msgtype": "text"}

    answers = [
        corp.post("message/send", touser="cai", text={"content": f"{i}"}, **to)
        for i in range(limit + 1)
    ]
    corp.post("message/send", touser="cai|dee", text={"content": "完"}, **to)

    assert {answer["errcode"] for answer in answers} == {0}
    assert len(seen(corp, "cai")) == limit
    assert len(seen(corp, "dee")) == 1
    dropped = corp.twin.log("message.dropped")
    assert [row["userids"] for row in dropped] == [["cai"], ["cai"]]


def test_another_request_inside_the_window_is_delivered(corp):
    body = {**TO_CAI, "msgtype": "textcard", "textcard": CARD, "enable_duplicate_check": 1}

    corp.post("message/send", **body)
    corp.post("message/send", **{**body, "textcard": {**CARD, "title": "今日四件事"}})
    corp.post("message/send", **body, duplicate_check_interval=1)

    assert len(seen(corp, "cai")) == 3


@pytest.mark.parametrize("field", ["title", "description", "url"])
@pytest.mark.parametrize("over", [0, 1])
def test_card_fields_end_at_their_byte(corp, field, over):
    limit = {"title": 128, "description": 512, "url": 2048}[field]
    text = {"title": "t", "description": "d", "url": "u", field: "x" * (limit + over)}

    answer = corp.post("message/send", **TO_CAI, msgtype="textcard", textcard=text)

    wanted = {"title": 45002, "description": 45002, "url": 40039}[field] if over else 0
    assert answer["errcode"] == wanted


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"touser": "nobody"}, 81013),
        ({"msgtype": "textcard", "textcard": {**CARD, "description": ""}}, 41033),
        ({"msgtype": "textcard", "textcard": {**CARD, "title": ""}}, 41016),
        ({"msgtype": "textcard", "textcard": {**CARD, "btntxt": "查看全部了"}}, 40058),
        ({"msgtype": "textcard"}, 40063),
        ({"toparty": "|".join(["2"] * 101)}, 40066),
        ({"safe": 3}, 40058),
        ({"priority": 1}, 40058),
        ({"touser": ""}, 40063),
        ({"touser": "|".join(["cai"] * 1001)}, 40031),
        ({"agentid": 1}, 301002),
        ({"agentid": "1000002"}, 40056),
        ({"msgtype": "smoke"}, 40058),
        ({"text": {"content": ""}}, 44004),
        ({"msgtype": "textcard", "textcard": {**CARD, "title": "字" * 43}}, 45002),
        ({"msgtype": "textcard", "textcard": {**CARD, "url": ""}}, 41010),
        ({"msgtype": "textcard", "textcard": {**CARD, "colour": "x"}}, 40058),
        ({"msgtype": "news", "news": {"articles": [{"title": "x"}] * 9}}, 45008),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "template_card", "template_card": {"card_type": "text_notice"}}, 42045),
    ],
)
def test_wrong_message_is_refused(corp, change, errcode):
    body = {**TO_CAI, "msgtype": "text", "text": {"content": "早"}, **change}

    assert corp.post("message/send", **body)["errcode"] == errcode
    assert seen(corp, "cai") == []


def upload(corp, content, kind="image", name="媒.png", field="media"):
    return http.post(
        f"{corp.twin.base}/cgi-bin/media/upload",
        params={"access_token": corp.token, "type": kind},
        files={field: (name, content, "image/png")},
    ).json()


def test_media_comes_back_byte_for_byte(corp):
    content = PNG + bytes(range(256)) + b"\r\n--x\r\n\r\n"

    made = upload(corp, content)

    query = {"access_token": corp.token, "media_id": made["media_id"]}
    got = http.get(f"{corp.twin.base}/cgi-bin/media/get", params=query)
    assert (made["errmsg"], made["type"]) == ("", "image")
    assert made["created_at"].isdigit()
    assert (got.content, got.headers["content-type"]) == (content, "image/png")


@pytest.mark.parametrize(
    ("content", "kind", "errcode"),
    [
        (PNG, "poster", 40004),
        (b"12345", "file", 40006),
        (b"GIF89a" + b"0" * 20, "image", 40123),
        (PNG, "voice", 40004),
        (PNG + b"0" * 10 * 1024 * 1024, "image", 45001),
    ],
)
def test_wrong_file_is_refused(corp, content, kind, errcode):
    assert upload(corp, content, kind)["errcode"] == errcode


def test_form_without_the_file_is_refused(corp):
    assert upload(corp, PNG, field="file")["errcode"] == 44001
    assert corp.get("media/get", media_id="none")["errcode"] == 40007
