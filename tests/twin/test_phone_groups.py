"""Groups and mass sends on the phone, played as a customer and as a guide."""

import pytest

from tests.twin.groups_kit import (
    CORP_ID,
    TEXT,
    act,
    customers,
    events,
    group,
    ids,
    person,
    received,
    single,
    statuses,
)
from tests.twin.wecom_kit import browser, http

XSS = "<img src=x onerror=alert(1)>"
SEND = "externalcontact/add_msg_template"


def test_a_guide_confirms_one_send_and_then_all(corp):
    people = customers(corp, 4)
    sent = [single(corp, external_userid=ids(people), sender="cai") for _ in range(3)]
    guide = browser(corp.twin, "cai")

    waiting = guide.get("/phone/sends").text
    guide.post("/phone/sends", data={"msgid": sent[1]["msgid"]})
    after_one = [statuses(corp, one["msgid"])[0] for one in sent]
    guide.post("/phone/sends")
    after_all = [statuses(corp, one["msgid"])[0] for one in sent]
    history = guide.get("/phone/sends").text

    assert waiting.count("确认发送") == 3
    assert "全部确认(3)" in waiting
    assert "发给 顾客0、顾客1、顾客2 等4位客户" in waiting
    assert (after_one, after_all) == ([0, 1, 0], [1, 1, 1])
    assert "没有待发送的群发" in history
    assert history.count("送达4位客户") == 3


def test_a_send_shows_its_attachments_and_reminders(corp):
    customers(corp, 1)
    link = {"msgtype": "link", "link": {"title": "新品册", "url": "https://aurora.localhost/c"}}
    msgid = single(corp, sender="cai", attachments=[link])["msgid"]
    corp.post("externalcontact/remind_groupmsg_send", msgid=msgid)

    shown = browser(corp.twin, "cai").get("/phone/sends").text

    assert TEXT["content"] in shown
    assert "[链接] 新品册" in shown
    assert "管理员提醒你发送(1次)" in shown


def test_a_guide_sees_and_confirms_only_their_own(corp):
    customers(corp, 1)
    msgid = single(corp, sender="cai")["msgid"]
    other = browser(corp.twin, "dee")

    shown = other.get("/phone/sends").text
    other.post("/phone/sends", data={"msgid": msgid})

    assert TEXT["content"] not in shown
    assert statuses(corp, msgid) == [0]


def test_a_customer_has_no_sends(corp):
    answer = browser(corp.twin, person(corp)).get("/phone/sends")

    assert answer.status_code == 303


def test_a_customer_reads_the_message_with_its_link(corp):
    lin = corp.customer()
    single(corp, sender="cai", text={"content": "看 https://aurora.localhost/c/7 吧"})
    act(corp, "confirm_send", corp_id=CORP_ID, userid="cai")

    chat = browser(corp.twin, lin["person"]).get(f"/phone/chat/{CORP_ID}/cai").text

    assert "<a href='https://aurora.localhost/c/7'>" in chat


def test_a_group_is_joined_by_its_code_read_and_written_in(corp):
    chat_id, lin = group(corp), person(corp)
    corp.post(SEND, chat_type="group", sender="cai", text=TEXT, chat_id_list=[chat_id])
    act(corp, "confirm_send", corp_id=CORP_ID, userid="cai")
    phone = browser(corp.twin, lin)
    nearby = phone.get("/phone/groups").text

    card = phone.get(f"/g/{chat_id}").text
    joined = phone.post(f"/g/{chat_id}")
    shown = phone.get(joined.headers["location"]).text
    phone.post(joined.headers["location"], data={"text": "几点开门?"})

    assert f"/g/{chat_id}" in nearby
    assert ("加入群聊" in card, "会员一群(1)" in card) == (True, True)
    assert joined.headers["location"] == f"/phone/group/{chat_id}"
    assert TEXT["content"] in shown
    assert received(corp, chat_id=chat_id)[-1] == ("text", {"content": "几点开门?"})
    assert events(corp)[-1]["JoinScene"] == 3
    mine = phone.get("/phone/groups").text
    assert ("会员一群(2)" in mine, "几点开门?" in mine) == (True, True)
    assert phone.get(f"/g/{chat_id}").headers["location"] == f"/phone/group/{chat_id}"


def test_a_code_that_is_scanned_leads_to_the_group(corp):
    chat_id, lin = group(corp), person(corp)
    phone = browser(corp.twin, lin)
    address = f"{corp.twin.base}/g/{chat_id}"

    assert phone.post("/phone/scan", data={"text": address}).headers["location"] == address
    assert "<svg" in http.get(f"{corp.twin.base}/wwpic/group/{chat_id}.svg").text
    assert http.get(f"{corp.twin.base}/wwpic/group/wrNone.svg").status_code == 404


def test_a_guide_invites_a_customer_and_nobody_else(corp):
    lin, stranger = corp.customer(), person(corp, "路人")
    chat_id = group(corp)
    guide, path = browser(corp.twin, "cai"), f"/phone/group/{chat_id}/about"

    shown = guide.get(path).text
    guide.post(path, data={"invite": lin["person"]})
    guide.post(path, data={"invite": stranger})
    after = guide.get(path).text

    assert "邀请小林" in shown
    assert ("群成员 2 人" in after, "邀请小林" in after) == (True, False)
    told = events(corp)[-1]
    assert (told["JoinScene"], told["MemChangeList"]) == (0, [lin["external_userid"]])


def test_a_customer_leaves(corp):
    lin = person(corp)
    chat_id = group(corp, lin)
    phone = browser(corp.twin, lin)

    left = phone.post(f"/phone/group/{chat_id}/about")

    assert left.headers["location"] == "/phone/groups"
    assert "还没有群聊" in phone.get("/phone/groups").text
    assert events(corp)[-1]["UpdateDetail"] == "del_member"


def test_a_guide_cannot_leave_their_own_group_by_a_stray_post(corp):
    chat_id = group(corp)

    browser(corp.twin, "cai").post(f"/phone/group/{chat_id}/about")

    assert [e["ChangeType"] for e in events(corp)] == ["create"]


@pytest.mark.parametrize("path", ["", "/about"])
def test_a_group_is_closed_to_who_is_not_in_it(corp, path):
    chat_id = group(corp)
    phone = browser(corp.twin, person(corp))

    assert phone.get(f"/phone/group/{chat_id}{path}").status_code == 404
    assert phone.post(f"/phone/group/{chat_id}{path}", data={"text": "x"}).status_code == 404
    assert received(corp, chat_id=chat_id) == []


def test_a_full_group_says_so(corp):
    corp.twin.admin("POST", "settings", group_member_cap=1)
    chat_id = group(corp)

    answer = browser(corp.twin, person(corp)).post(f"/g/{chat_id}")

    assert (answer.status_code, "群聊人数已满" in answer.text) == (409, True)


def test_a_notice_stands_above_the_talk(corp):
    lin = person(corp)
    chat_id = group(corp, lin)
    act(corp, "group_change", chat_id=chat_id, notice="周五会员日")

    assert "群公告:周五会员日" in browser(corp.twin, lin).get(f"/phone/group/{chat_id}").text


def test_nothing_said_in_a_group_or_a_send_becomes_markup(corp):
    lin = person(corp, XSS)
    chat_id = group(corp, lin, name=XSS)
    act(corp, "group_change", chat_id=chat_id, notice=XSS)
    act(corp, "group_speak", chat_id=chat_id, person=lin, text=XSS)
    corp.customer(XSS)
    single(corp, sender="cai", text={"content": XSS})
    phone, guide = browser(corp.twin, lin), browser(corp.twin, "cai")

    pages = [client.get(f"/phone/group/{chat_id}") for client in (phone, guide)]
    pages += [client.get("/phone/groups") for client in (phone, guide)]
    pages += [guide.get("/phone/sends"), guide.get(f"/phone/group/{chat_id}/about")]

    assert all(page.status_code == 200 for page in pages)
    assert all("<img src=x" not in page.text for page in pages)


def test_strangers_are_asked_who_they_are(corp):
    chat_id = group(corp)

    for path in ("/phone/groups", "/phone/sends", f"/phone/group/{chat_id}", f"/g/{chat_id}"):
        location = browser(corp.twin).get(path).headers["location"]
        assert location.startswith("/phone/who?next=")
