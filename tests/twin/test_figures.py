"""Statistics of groups and members: closed days, owners, pages."""

import time

import pytest

from tests.twin.groups_kit import (
    CORP_ID,
    DAY,
    act,
    at_offset,
    group,
    now,
    person,
)

STATISTIC = "externalcontact/groupchat/statistic"
BY_DAY = "externalcontact/groupchat/statistic_group_by_day"
BEHAVIOUR = "externalcontact/get_user_behavior_data"


def midnight(at):
    return (at + 8 * 3600) // DAY * DAY - 8 * 3600


@pytest.fixture
def yesterday(corp):
    """Yesterday cai's group began with two, one joined, one left, 5 messages were written; then
    it is today. The first second of yesterday."""
    today = midnight(int(time.time()))
    at_offset(corp, today - DAY + 3600 - time.time())
    lin, zhou = person(corp), person(corp, "小周")
    chat_id = group(corp, lin)
    act(corp, "group_join", chat_id=chat_id, person=zhou)
    act(corp, "group_speak", chat_id=chat_id, person=lin, count=3)
    act(corp, "group_speak", chat_id=chat_id, userid="cai", count=2)
    act(corp, "group_leave", chat_id=chat_id, person=zhou)
    at_offset(corp, today + 3600 - time.time())
    act(corp, "group_speak", chat_id=chat_id, person=lin, count=50)
    group(corp, lin)
    return today - DAY


FIGURES = {
    "new_chat_cnt": 1,
    "chat_total": 1,
    "chat_has_msg": 1,
    "new_member_cnt": 3,
    "member_total": 2,
    "member_has_msg": 2,
    "msg_total": 5,
    "migrate_trainee_chat_cnt": 0,
}


OWNER = {"userid_list": ["cai"]}


def test_statistics_of_an_owner_are_of_closed_days(corp, yesterday):
    answer = corp.post(STATISTIC, day_begin_time=yesterday + 7200, owner_filter=OWNER)

    assert answer["items"] == [{"owner": "cai", "data": FIGURES}]
    assert (answer["total"], answer["next_offset"]) == (1, 1)


def test_statistics_by_day_name_each_midnight(corp, yesterday):
    asked = {"day_begin_time": yesterday - DAY + 5, "day_end_time": yesterday + DAY - 1}

    items = corp.post(BY_DAY, **asked, owner_filter=OWNER)["items"]

    assert [item["stat_time"] for item in items] == [yesterday - DAY, yesterday]
    assert items[0]["data"] == dict.fromkeys(FIGURES, 0)
    assert items[1]["data"] == FIGURES


def test_owners_are_ordered_and_paged(corp, yesterday):
    at_offset(corp, yesterday + 7200 - time.time())
    group(corp, owner="dee")
    group(corp, owner="dee")
    at_offset(corp, yesterday + DAY + 7200 - time.time())
    asked = {"day_begin_time": yesterday, "owner_filter": {"userid_list": ["cai", "dee"]}}

    many = corp.post(STATISTIC, **asked, order_by=2)["items"]
    few = corp.post(STATISTIC, **asked, order_by=2, order_asc=1)["items"]
    page = corp.post(STATISTIC, **asked, order_by=4, limit=1)
    rest = corp.post(STATISTIC, **asked, order_by=4, limit=1, offset=page["next_offset"])

    assert [item["owner"] for item in many] == ["dee", "cai"]
    assert [item["owner"] for item in few] == ["cai", "dee"]
    assert page["total"] == 2
    assert len(page["items"]) == len(rest["items"]) == 1
    assert {page["items"][0]["owner"], rest["items"][0]["owner"]} == {"cai", "dee"}


@pytest.mark.parametrize("api", [STATISTIC, BY_DAY])
@pytest.mark.parametrize(
    ("begin", "end", "errcode"),
    [
        pytest.param(0, 0, 40058, id="today"),
        pytest.param(-1, 0, 40058, id="until today"),
        pytest.param(-31, -1, 40058, id="31 days"),
        pytest.param(-181, -180, 40058, id="181 days ago"),
        pytest.param(-1, -2, 40058, id="backwards"),
        pytest.param(-30, -1, 0, id="30 days"),
        pytest.param(-180, -180, 0, id="180 days ago"),
    ],
)
def test_days_are_closed_recent_and_few(corp, api, begin, end, errcode):
    at = now(corp)
    span = {"day_begin_time": at + begin * DAY, "day_end_time": at + end * DAY}

    assert corp.post(api, **span, owner_filter=OWNER)["errcode"] == errcode


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"owner_filter": {"userid_list": []}}, 40058),
        ({"owner_filter": {"userid_list": ["u"] * 101}}, 40031),
        ({"order_by": 5}, 40058),
        ({"day_begin_time": "yesterday"}, 40058),
        ({"order": 1}, 40058),
        ({"offset": -1}, 40058),
    ],
)
def test_a_wrong_statistic_is_refused(corp, change, errcode):
    body = {"day_begin_time": now(corp) - DAY, "owner_filter": OWNER, **change}

    assert corp.post(STATISTIC, **body)["errcode"] == errcode


def test_behaviour_counts_contacts_and_chats_by_day(corp):
    today = midnight(int(time.time()))
    at_offset(corp, today - DAY + 60 - time.time())
    corp.customer()
    at_offset(corp, 0)
    counts = {"chat_cnt": 4, "message_cnt": 9, "replied": 3, "reply_minutes": 6}
    act(corp, "behaviour", corp_id=CORP_ID, userid="cai", days_ago=1, **counts)

    span = {"start_time": today - 2 * DAY, "end_time": today - DAY}
    rows = corp.post(BEHAVIOUR, userid=["cai", "dee"], **span)["behavior_data"]

    nothing = {"chat_cnt": 0, "message_cnt": 0, "negative_feedback_cnt": 0}
    assert rows[0] == {
        "stat_time": today - 2 * DAY,
        "new_apply_cnt": 0,
        "new_contact_cnt": 0,
        **nothing,
    }
    assert rows[1] == {
        "stat_time": today - DAY,
        "new_apply_cnt": 1,
        "new_contact_cnt": 1,
        "chat_cnt": 4,
        "message_cnt": 9,
        "negative_feedback_cnt": 0,
        "reply_percentage": 75.0,
        "avg_reply_time": 2,
    }


@pytest.mark.parametrize(
    ("who", "errcode"),
    [
        ({}, 40063),
        ({"userid": ["nobody"]}, 60111),
        ({"userid": ["u"] * 101}, 40031),
        ({"partyid": [1] * 101}, 40066),
        ({"partyid": [2]}, 0),
        ({"userid": "cai"}, 40058),
        ({"userid": ["cai"], "full": 1}, 40058),
    ],
)
def test_behaviour_is_asked_of_members_or_departments(corp, who, errcode):
    at = now(corp)

    answer = corp.post(BEHAVIOUR, start_time=at - DAY, end_time=at - DAY, **who)

    assert answer["errcode"] == errcode
