"""Events: their content, cipher, signature, retries, duplicates and order."""

import time
import xml.etree.ElementTree as ET

import pytest

from tests.twin.pay_kit import wait_for
from tests.twin.wecom_kit import CORP, KEY, TOKEN
from twin.wecom.crypto import CallbackCipher

CORP_ID = CORP["corp_id"]
CIPHER = CallbackCipher(TOKEN, KEY, CORP_ID)


def opened(request):
    """The decrypted event of a callback as (name, value) pairs, its signature checked."""
    outer = {e.tag: e.text for e in ET.fromstring(request["body"])}
    query = request["query"]
    wanted = CIPHER.sign(query["timestamp"], query["nonce"], outer["Encrypt"])
    assert query["msg_signature"] == wanted
    assert (outer["ToUserName"], outer["AgentID"]) == (CORP_ID, str(CORP["agent_id"]))
    return [(e.tag, e.text) for e in ET.fromstring(CIPHER.decrypt(outer["Encrypt"]))]


def test_adding_a_guide_by_code_tells_state_and_welcome_code(corp, callback):
    way = corp.post("externalcontact/add_contact_way", type=1, scene=2, user=["cai"], state="card7")
    added = corp.customer(config_id=way["config_id"])

    event = opened(callback.wait(1)[0])

    assert [name for name, _ in event] == [
        "ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "ChangeType", "UserID",
        "ExternalUserID", "State", "WelcomeCode",
    ]  # fmt: skip
    assert dict(event) | {"CreateTime": ""} == {
        "ToUserName": CORP_ID,
        "FromUserName": "sys",
        "CreateTime": "",
        "MsgType": "event",
        "Event": "change_external_contact",
        "ChangeType": "add_external_contact",
        "UserID": "cai",
        "ExternalUserID": added["external_userid"],
        "State": "card7",
        "WelcomeCode": added["welcome_code"],
    }


def test_callback_goes_to_the_mapped_port_with_its_own_host(corp, callback):
    corp.customer()

    request = callback.wait(1)[0]

    assert request["path"] == "/wecom/callback/abc"
    assert request["headers"]["host"] == "aurora.localhost"
    assert request["headers"]["content-type"].startswith("text/xml")


def test_create_time_is_business_time_and_the_timestamp_is_real(corp, callback):
    corp.twin.admin("POST", "clock", offset_seconds=8 * 86_400)
    corp.customer()

    request = callback.wait(1)[0]
    ahead = int(dict(opened(request))["CreateTime"]) - int(request["query"]["timestamp"])

    assert 8 * 86_400 - 2 <= ahead <= 8 * 86_400


def change_types(callback, count):
    return [dict(opened(request))["ChangeType"] for request in callback.wait(count)]


def test_every_contact_event_is_told(corp, callback):
    added = corp.customer(corp_id=CORP_ID, userid="cai", half=True)
    who = {"corp_id": CORP_ID, "person": added["person"], "userid": "cai"}
    act = corp.twin.admin
    act("POST", "act/add", **who)
    act("POST", "act/edit", **who, remark="老顾客")
    act("POST", "act/delete", **who, by="customer")
    act("POST", "act/add", **who)
    act("POST", "act/delete", **who, by="staff", source="DELETE_BY_TRANSFER")
    act("POST", "act/contact_event", **who, change_type="transfer_fail")
    act("POST", "act/contact_event", **who, change_type="msg_audit_approved")

    events = sorted(
        (dict(opened(r)) for r in callback.wait(8)), key=lambda event: event["CreateTime"]
    )

    told = {event["ChangeType"]: event for event in events}
    assert sorted(event["ChangeType"] for event in events) == sorted(
        ["add_half_external_contact", "add_external_contact", "edit_external_contact",
         "del_follow_user", "add_external_contact", "del_external_contact", "transfer_fail",
         "msg_audit_approved"]
    )  # fmt: skip
    assert told["del_external_contact"]["Source"] == "DELETE_BY_TRANSFER"
    assert told["transfer_fail"]["FailReason"] == "customer_refused"
    assert "WelcomeCode" not in told["msg_audit_approved"]


def test_every_tag_event_is_told(corp, callback):
    tag = {"corp_id": CORP_ID}
    act = corp.twin.admin
    group = act("POST", "act/tag_event", **tag, change="create", tag_type="tag_group", name="等级")
    made = act("POST", "act/tag_event", **tag, change="create", name="金卡", group_id=group["id"])
    act("POST", "act/tag_event", **tag, change="update", id=made["id"], name="银卡")
    act("POST", "act/tag_event", **tag, change="shuffle", id=group["id"])
    act("POST", "act/tag_event", **tag, change="delete", tag_type="tag_group", id=group["id"])

    events = [dict(opened(request)) for request in callback.wait(5)]

    changes = [(e["ChangeType"], e["TagType"], e["Id"]) for e in events if "TagType" in e]
    assert sorted(changes) == sorted(
        [
            ("create", "tag_group", group["id"]),
            ("create", "tag", made["id"]),
            ("update", "tag", made["id"]),
            ("delete", "tag_group", group["id"]),
        ]
    )
    assert [e["Id"] for e in events if e["ChangeType"] == "shuffle"] == [group["id"]]


def test_directory_events_are_told_with_a_bare_change_type(corp, callback):
    act = corp.twin.admin
    where = {"corp_id": CORP_ID}
    act("POST", "act/directory", **where, change_type="create_user", userid="eve", name="伊")
    act("POST", "act/directory", **where, change_type="update_user", userid="eve", new_userid="e2")
    act("POST", "act/directory", **where, change_type="delete_user", userid="e2")
    act("POST", "act/directory", **where, change_type="create_party", id=5, name="二号店")
    act("POST", "act/directory", **where, change_type="update_party", id=5, name="二店")
    act("POST", "act/directory", **where, change_type="delete_party", id=5)

    events = [dict(opened(request)) for request in callback.wait(6)]

    told = {event["ChangeType"]: event for event in events}
    assert {event["Event"] for event in events} == {"change_contact"}
    assert (told["update_user"]["UserID"], told["update_user"]["NewUserID"]) == ("eve", "e2")
    assert told["update_party"]["Name"] == "二店"
    assert set(told) == {
        "create_user", "update_user", "delete_user", "create_party", "update_party", "delete_party",
    }  # fmt: skip
    raw = CIPHER.decrypt(ET.fromstring(callback.requests[0]["body"]).findtext("Encrypt"))
    assert b"<ChangeType>" in raw
    assert b"<ChangeType><![CDATA[" not in raw
    assert corp.get("user/get", userid="e2")["errcode"] == 60111


def test_lost_events_are_noted_and_never_sent(corp, callback):
    corp.twin.admin("POST", "settings", callback_loss_rate=1.0)
    added = corp.customer()

    assert [e["event_id"] for e in corp.twin.log("callback.lost")] == added["callback_ids"]
    assert corp.twin.admin("GET", "healthz")["pending"] == 0
    assert callback.requests == []


def test_what_the_api_does_raises_no_event(corp, callback):
    added = corp.customer()
    callback.wait(1)
    pair = {"userid": "cai", "external_userid": added["external_userid"]}
    made = corp.post("externalcontact/add_corp_tag", group_name="等级", tag=[{"name": "金卡"}])
    tag_id = made["tag_group"]["tag"][0]["id"]
    corp.post("externalcontact/mark_tag", **pair, add_tag=[tag_id])
    corp.post("externalcontact/remark", **pair, remark="小林")

    assert len(corp.twin.log("callback.event")) == 1


def attempts(corp, count):
    """Every attempt, once nothing more is owed; there must be ``count`` of them."""
    wait_for(lambda: len(corp.twin.log("callback.attempt")) >= count)
    wait_for(lambda: corp.twin.admin("GET", "healthz")["pending"] == 0)
    return corp.twin.log("callback.attempt")


def test_silence_is_tried_three_times_in_all_with_a_new_cipher_text(corp, callback):
    callback.answers = ["hang up", "hang up", "hang up", 200]
    corp.customer()

    found = attempts(corp, 3)

    assert [a["attempt"] for a in found] == [1, 2, 3]
    assert [a["status"] for a in found] == [None, None, None]
    assert len({r["body"] for r in callback.requests}) == 3
    assert len({tuple(opened(r)) for r in callback.requests}) == 1


def test_retry_stops_at_the_first_answer(corp, callback):
    callback.answers = ["hang up", 200]
    corp.customer()

    assert [a["status"] for a in attempts(corp, 2)] == [None, 200]


def test_an_error_answer_is_not_retried(corp, callback):
    callback.answers = [500]
    corp.customer()

    assert [a["status"] for a in attempts(corp, 1)] == [500]
    assert len(callback.requests) == 1


def test_duplicates_come_when_ordered(corp, callback):
    corp.twin.admin("POST", "settings", callback_duplicate_rate=1.0)
    corp.customer()

    requests = callback.wait(2)

    assert len({tuple(opened(r)) for r in requests}) == 1
    assert len({r["query"]["nonce"] for r in requests}) == 2


def test_shuffled_events_all_arrive_out_of_order(corp, callback):
    corp.twin.admin("POST", "settings", callback_shuffle=True)
    sent = [corp.customer(name=str(n))["external_userid"] for n in range(8)]

    came = [dict(opened(r))["ExternalUserID"] for r in callback.wait(8)]

    assert sorted(came) == sorted(sent)
    assert came != sent


def test_corp_without_an_address_is_noted_as_unsent(corp):
    corp.customer()

    assert wait_for(lambda: corp.twin.log("callback.unsent"))[0]["corp_id"] == CORP_ID


def save(corp, **more):
    """Save the callback address; a busy machine may need more than WeCom's one second."""
    corp.twin.admin("POST", "settings", callback_verify_timeout=10)
    settings = {"url": "https://aurora.localhost/wecom/callback/abc", "token": TOKEN}
    return corp.twin.admin(
        "POST", f"corps/{CORP_ID}/callback", **{**settings, "aes_key": KEY, **more}
    )


def test_address_is_saved_when_it_decrypts_the_echo(corp, product):
    product.echo = lambda seen: CIPHER.decrypt(seen["query"]["echostr"])

    assert save(corp) == {"ok": True}
    query = product.requests[0]["query"]
    assert query["msg_signature"] == CIPHER.sign(
        query["timestamp"], query["nonce"], query["echostr"]
    )
    corp.customer()
    assert len(product.wait(2)) == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [(b"", "the echo is wrong"), (b'"123"', "the echo is wrong"), (b"123\n", "the echo is wrong")],
)
def test_address_with_a_wrong_echo_is_not_saved(corp, product, answer, error):
    product.echo = lambda seen: answer

    assert save(corp) == {"ok": False, "error": error}
    corp.customer()
    assert corp.twin.log("callback.attempt") == []


def test_echo_with_a_trailing_newline_is_wrong(corp, product):
    product.echo = lambda seen: CIPHER.decrypt(seen["query"]["echostr"]) + b"\n"

    assert save(corp)["ok"] is False


def test_address_that_answers_late_is_not_saved(corp, product):
    assert corp.twin.admin("GET", "settings")["callback_verify_timeout"] == 1.0

    def late(seen):
        time.sleep(0.5)
        return CIPHER.decrypt(seen["query"]["echostr"])

    product.echo = late
    body = {"url": "https://aurora.localhost/cb", "token": TOKEN, "aes_key": KEY}
    corp.twin.admin("POST", "settings", callback_verify_timeout=0.1)

    answer = corp.twin.admin("POST", f"corps/{CORP_ID}/callback", **body)

    assert answer == {"ok": False, "error": "no answer within 0.1 s (ReadTimeout)"}


def test_token_and_key_have_their_shape(corp, product):
    assert save(corp, token="not-alnum")["error"].startswith("token")
    assert save(corp, aes_key=KEY + "x")["error"].startswith("aes_key")
    assert product.requests == []
