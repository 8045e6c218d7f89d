"""wechatpy 1.8.18, as published, sends to customers and reads groups of the twin."""

from typing import Any

import pytest
from wechatpy.exceptions import APILimitedException, WeChatClientException

from tests.twin.groups_kit import (
    CORP_ID,
    DAY,
    TEXT,
    act,
    confirm,
    customers,
    group,
    ids,
    now,
    received,
)

LINK = {"msgtype": "link", "link": {"title": "会员日", "url": "https://aurora.localhost/c/1"}}


def post(wechatpy: Any, api: str, **body: Any) -> Any:
    """The client's own call, for the APIs that this version has no method of."""
    return wechatpy.post(f"externalcontact/{api}", data=body)


def template(people: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "chat_type": "single",
        "external_userid": ids(people),
        "sender": "cai",
        "text": TEXT,
        "attachments": [LINK],
        **more,
    }


def test_a_template_is_a_task_until_it_is_confirmed(wechatpy, corp):
    people = customers(corp, 2)

    made = wechatpy.external_contact.add_msg_template(template(people))
    task = post(wechatpy, "get_groupmsg_task", msgid=made["msgid"])["task_list"]
    confirm(corp)
    sent = post(wechatpy, "get_groupmsg_send_result", msgid=made["msgid"], userid="cai")

    assert made["fail_list"] == []
    assert task == [{"userid": "cai", "status": 0}]
    assert [row["status"] for row in sent["send_list"]] == [1, 1]
    assert received(corp, person=people[0]["person"]) == [("text", TEXT), ("link", LINK["link"])]


def test_the_fail_list_reaches_the_caller(wechatpy, corp):
    people = customers(corp, 1)

    made = wechatpy.external_contact.add_msg_template(
        template(people, external_userid=[*ids(people), "wmBad"])
    )

    assert made["fail_list"] == ["wmBad"]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        pytest.param({"text": {"content": "字" * 1334}}, 45002, id="text of 4002 bytes"),
        pytest.param({"attachments": [LINK] * 10}, 41064, id="ten attachments"),
        pytest.param({"attachments": [{"msgtype": "x", "x": {}}]}, 41065, id="unknown attachment"),
        pytest.param({"external_userid": ["wmBad"]}, 41048, id="nobody to send to"),
        pytest.param({"sender": "nobody"}, 60111, id="unknown sender"),
        pytest.param({"chat_type": "group"}, 40058, id="customers in a group send"),
        pytest.param({"image": {"media_id": "m"}}, 40058, id="the form of years ago"),
        pytest.param({"text": None, "attachments": None}, 40063, id="nothing to send"),
    ],
)
def test_a_refusal_is_its_exception(wechatpy, corp, change, errcode):
    people = customers(corp, 1)

    with pytest.raises(WeChatClientException) as caught:
        wechatpy.external_contact.add_msg_template(template(people, **change))

    assert caught.value.errcode == errcode


def test_the_frequency_limit_is_its_own_exception(wechatpy, corp):
    people = customers(corp, 1)
    where = {"api": "externalcontact/add_msg_template", "mode": "errcode"}
    corp.twin.admin("POST", "faults", **where, errcode=45009, times=1)

    with pytest.raises(APILimitedException):
        wechatpy.external_contact.add_msg_template(template(people))
    assert corp.twin.log("mass_send.created") == []


def test_results_are_walked_by_cursor(wechatpy, corp):
    people = customers(corp, 5)
    msgid = wechatpy.external_contact.add_msg_template(template(people))["msgid"]
    found, cursor, pages = [], "", 0

    while pages == 0 or cursor:
        asked = {"msgid": msgid, "userid": "cai", "limit": 2, "cursor": cursor}
        answer = post(wechatpy, "get_groupmsg_send_result", **asked)
        found += [row["external_userid"] for row in answer["send_list"]]
        cursor, pages = answer["next_cursor"], pages + 1

    assert (found, pages) == (ids(people), 3)


def test_the_list_shows_what_was_created(wechatpy, corp):
    msgid = wechatpy.external_contact.add_msg_template(template(customers(corp, 1)))["msgid"]
    span = {"start_time": now(corp) - DAY, "end_time": now(corp) + 10}

    listed = post(wechatpy, "get_groupmsg_list_v2", chat_type="single", **span)

    assert [row["msgid"] for row in listed["group_msg_list"]] == [msgid]
    assert listed["group_msg_list"][0]["text"] == TEXT


@pytest.mark.parametrize(
    ("api", "msgid", "errcode"),
    [
        ("remind_groupmsg_send", "msgNone", 41047),
        ("cancel_groupmsg_send", "msgNone", 41047),
        ("get_groupmsg_task", "msgNone", 41047),
        ("get_groupmsg_task", "", 41046),
    ],
)
def test_an_unknown_send_is_its_exception(wechatpy, corp, api, msgid, errcode):
    with pytest.raises(WeChatClientException) as caught:
        post(wechatpy, api, msgid=msgid)

    assert caught.value.errcode == errcode


def test_reminding_and_cancelling(wechatpy, corp):
    msgid = wechatpy.external_contact.add_msg_template(template(customers(corp, 1)))["msgid"]

    assert post(wechatpy, "remind_groupmsg_send", msgid=msgid)["errcode"] == 0
    assert post(wechatpy, "cancel_groupmsg_send", msgid=msgid)["errcode"] == 0
    with pytest.raises(WeChatClientException) as caught:
        post(wechatpy, "remind_groupmsg_send", msgid=msgid)
    assert caught.value.errcode == 41093


def test_groups_are_listed_and_read(wechatpy, corp):
    lin = corp.customer()
    chat_id = group(corp, lin["person"])

    listed = post(wechatpy, "groupchat/list", limit=10, owner_filter={"userid_list": ["cai"]})
    read = post(wechatpy, "groupchat/get", chat_id=chat_id, need_name=1)["group_chat"]

    assert listed["group_chat_list"] == [{"chat_id": chat_id, "status": 0}]
    assert [m["name"] for m in read["member_list"]] == ["蔡", "小林"]
    assert read["member_list"][1]["userid"] == lin["external_userid"]


def test_a_group_send_by_the_client(wechatpy, corp):
    chat_id = group(corp)
    body = {"chat_type": "group", "sender": "cai", "text": TEXT, "chat_id_list": [chat_id]}

    msgid = wechatpy.external_contact.add_msg_template(body)["msgid"]
    confirm(corp, msgid=msgid)

    sent = post(wechatpy, "get_groupmsg_send_result", msgid=msgid, userid="cai")["send_list"]
    assert [(row["chat_id"], row["status"]) for row in sent] == [(chat_id, 1)]


@pytest.mark.parametrize("api", ["groupchat/statistic", "groupchat/statistic_group_by_day"])
def test_statistics_of_yesterday(wechatpy, corp, api):
    group(corp)

    answer = post(
        wechatpy, api, day_begin_time=now(corp) - DAY, owner_filter={"userid_list": ["cai"]}
    )

    if api.endswith("by_day"):
        assert answer["items"][0]["data"]["chat_total"] == 0
    else:
        assert answer["items"] == []


def test_behaviour_of_members(wechatpy, corp):
    act(corp, "behaviour", corp_id=CORP_ID, userid="cai", days_ago=1, chat_cnt=2, message_cnt=5)

    answer = wechatpy.external_contact.get_user_behavior_data(
        ["cai"], now(corp) - DAY, now(corp) - DAY
    )

    assert [row["message_cnt"] for row in answer["behavior_data"]] == [5]


def test_today_is_not_counted_yet(wechatpy, corp):
    with pytest.raises(WeChatClientException) as caught:
        wechatpy.external_contact.get_user_behavior_data(["cai"], now(corp), now(corp))
    assert caught.value.errcode == 40058


def test_moments_are_its_exception(wechatpy, corp):
    with pytest.raises(WeChatClientException) as caught:
        post(wechatpy, "add_moment_task", text={"content": "新品"})
    assert caught.value.errcode == 48002
