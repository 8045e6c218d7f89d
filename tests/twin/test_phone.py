"""The phone's pages, played as a customer and as a guide."""

import pytest

from tests.twin.wecom_kit import CORP, browser, http

CORP_ID = CORP["corp_id"]
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
def lin(corp):
    return corp.twin.admin("POST", "people", name="小林")["person"]


def code(corp):
    return corp.post("externalcontact/add_contact_way", type=1, scene=2, user=["cai"], state="s1")


def test_stranger_is_asked_who_they_are(corp):
    for path in ("/phone/", "/phone/scan", "/phone/contacts", "/phone/wallet"):
        answer = browser(corp.twin).get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/phone/who?next=")


def test_customer_scans_adds_and_reads_the_greeting(corp, lin):
    way, phone = code(corp), browser(corp.twin, lin)

    scanned = phone.post("/phone/scan", data={"text": way["qr_code"]})
    card = phone.get(scanned.headers["location"])
    added = phone.post(scanned.headers["location"])
    waiting = phone.get(added.headers["location"]).text
    greeting = corp.twin.log("callback.event")[-1]["fields"]["WelcomeCode"]
    corp.post(
        "externalcontact/send_welcome_msg",
        welcome_code=greeting,
        text={"content": "领礼 https://aurora.localhost/c/1。"},
    )
    chat = phone.get(added.headers["location"]).text

    assert "添加到通讯录" in card.text
    assert "你已添加了蔡" in waiting
    assert ("refresh" in waiting, "refresh" in chat) == (True, False)
    assert added.headers["location"] == f"/phone/chat/{CORP_ID}/cai"
    assert "<a href='https://aurora.localhost/c/1'>" in chat
    assert "蔡@Aurora" in phone.get("/phone/").text


def test_link_carries_its_channel_through_the_phone(corp, lin):
    link = corp.post(
        "externalcontact/customer_acquisition/create_link",
        link_name="卡",
        range={"user_list": ["cai"]},
    )["link"]
    phone = browser(corp.twin, lin)
    address = f"{link['url']}?customer_channel=scan9"

    assert phone.post("/phone/scan", data={"text": address}).headers["location"] == address
    assert "添加到通讯录" in phone.get(address).text
    phone.post(address)

    contact = corp.twin.admin("GET", "state/contacts", corp_id=CORP_ID)["contacts"][0]
    assert (contact["person"], contact["state"], contact["add_way"]) == (lin, "scan9", 16)


def test_customer_deletes_the_guide_and_the_guide_a_customer(corp, lin):
    who = {"corp_id": CORP_ID, "userid": "cai", "person": lin}
    corp.twin.admin("POST", "act/add", **who)
    phone, guide = browser(corp.twin, lin), browser(corp.twin, "cai")
    form = {"sender": f"{CORP_ID}/cai", "person": lin}
    assert "蔡" in phone.get("/phone/contacts").text

    phone.post("/phone/delete", data=form)
    assert "还没有联系人" in phone.get("/phone/contacts").text
    assert "已将你删除" in guide.get("/phone/contacts").text
    guide.post("/phone/delete", data=form)

    told = [e["fields"]["ChangeType"] for e in corp.twin.log("callback.event")]
    assert told == ["add_external_contact", "del_follow_user", "del_external_contact"]


def test_guide_cannot_delete_another_guides_customer(corp, lin):
    corp.twin.admin("POST", "act/add", corp_id=CORP_ID, userid="cai", person=lin)

    browser(corp.twin, "dee").post(
        "/phone/delete", data={"sender": f"{CORP_ID}/cai", "person": lin}
    )

    assert len(corp.twin.admin("GET", "state/contacts", corp_id=CORP_ID)["contacts"]) == 1


def test_guide_reads_app_messages_and_opens_the_workbench(corp):
    corp.twin.admin("POST", "corps", corp_id=CORP_ID, home_url="https://aurora.localhost/g/")
    card = {"title": "今日", "description": "<b>3</b> 位", "url": "https://aurora.localhost/g/"}
    to = {"touser": "cai", "agentid": CORP["agent_id"], "msgtype": "textcard", "textcard": card}
    corp.post("message/send", **to)
    phone = browser(corp.twin, "cai")

    assert "今日" in phone.get("/phone/chat/Aurora").text
    assert "https://aurora.localhost/g/" in phone.get("/phone/workbench").text
    assert "工作台" in phone.get("/phone/").text


def test_nothing_typed_by_anyone_becomes_markup(corp):
    person = corp.twin.admin("POST", "people", name=XSS)["person"]
    added = corp.twin.admin("POST", "act/add", corp_id=CORP_ID, userid="cai", person=person)
    corp.post(
        "externalcontact/send_welcome_msg",
        welcome_code=added["welcome_code"],
        text={"content": f"{XSS}<a href='javascript:alert(1)'>x</a>"},
        attachments=[{"msgtype": "link", "link": {"title": XSS, "url": "javascript:alert(1)"}}],
    )
    phone = browser(corp.twin, person)

    for path in ("/phone/", f"/phone/chat/{CORP_ID}/cai", "/phone/who", "/phone/contacts"):
        text = phone.get(path).text
        assert "<img" not in text
        assert "href='javascript" not in text


def test_clock_moves_the_twin_by_what_the_product_says(corp, product, lin):
    phone = browser(corp.twin, lin)
    phone.post("/phone/clock", data={"seconds": "3600"})
    assert corp.twin.admin("GET", "clock")["offset_seconds"] == 3600

    url = "https://platform.localhost/demo/clock"
    corp.twin.admin("POST", "settings", product_clock_url=url)
    product.answers = [{"offset_seconds": 7200.0}, 500]
    moved = phone.post("/phone/clock", data={"seconds": "86400"})
    offset = corp.twin.admin("GET", "clock")["offset_seconds"]
    refused = phone.post("/phone/clock", data={"seconds": "86400"})
    corp.twin.admin("POST", "settings", product_clock_url="")

    assert product.requests[0]["body"] == b'{"seconds":86400}'
    assert (moved.status_code, offset) == (303, 7200)
    assert refused.status_code == 502
    assert corp.twin.admin("GET", "clock")["offset_seconds"] == 7200


def test_the_sdk_stand_in_is_served_with_the_twins_address(corp):
    answer = http.get(f"{corp.twin.base}/jweixin.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert f'var TWIN = "{corp.twin.base}";' in answer.text
    assert "getBrandWCPayRequest" in answer.text
