"""Members confirm mass sends: each in their own way, up to the cap, until it is cancelled."""

import time

import pytest

from tests.twin.groups_kit import (
    CORP_ID,
    DAY,
    SEND,
    TEXT,
    act,
    at_offset,
    confirm,
    customers,
    group,
    ids,
    received,
    results,
    single,
    statuses,
)
from tests.twin.wecom_kit import http

TASK = "externalcontact/get_groupmsg_task"
REMIND, CANCEL = "externalcontact/remind_groupmsg_send", "externalcontact/cancel_groupmsg_send"


def test_a_group_dismissed_in_between_gets_nothing(corp):
    chat_id = group(corp)
    sent = corp.post(SEND, chat_type="group", sender="cai", text=TEXT, chat_id_list=[chat_id])

    act(corp, "group_dismiss", chat_id=chat_id)
    done = confirm(corp)

    assert (done["delivered"], results(corp, sent["msgid"])) == (0, [])


@pytest.mark.parametrize("by", ["customer", "staff"])
def test_who_is_no_friend_any_more_is_not_sent_to(corp, by):
    lin, zhou = customers(corp, 2)
    made = single(corp, external_userid=ids([lin, zhou]), sender="cai")

    act(corp, "delete", person=lin["person"], corp_id=CORP_ID, userid="cai", by=by)
    done = confirm(corp)

    assert (done["delivered"], done["not_friend"]) == (1, 1)
    rows = results(corp, made["msgid"])
    assert [row["status"] for row in rows] == [2, 1]
    assert "send_time" not in rows[0]
    assert received(corp, person=lin["person"]) == []


@pytest.mark.parametrize(("quota", "cap"), [("1day", 1), ("7week", 7)])
def test_over_the_cap_nothing_is_delivered(corp, quota, cap):
    corp.twin.admin("POST", "settings", send_quota=quota)
    lin = corp.customer()
    sent = [single(corp, external_userid=ids([lin]), sender="cai") for _ in range(cap + 1)]

    done = confirm(corp)

    assert (done["delivered"], done["over_quota"]) == (cap, 1)
    assert statuses(corp, sent[-1]["msgid"]) == [3]
    assert len(received(corp, person=lin["person"])) == cap


def test_the_usual_cap_is_the_days_of_the_month_and_ends_with_it(corp):
    lin = corp.customer()
    start = time.mktime((2027, 2, 1, 4, 0, 0, 0, 0, 0)) - time.time()
    at_offset(corp, start)
    for _ in range(29):
        single(corp, external_userid=ids([lin]), sender="cai")

    february = confirm(corp)
    at_offset(corp, start + 28 * DAY)
    march = single(corp, external_userid=ids([lin]), sender="cai")
    confirm(corp)

    assert (february["delivered"], february["over_quota"]) == (28, 1)
    assert statuses(corp, march["msgid"]) == [1]


def test_the_cap_counts_each_group_by_itself(corp):
    corp.twin.admin("POST", "settings", send_quota="1day")
    first, second = group(corp), group(corp)
    body = {"chat_type": "group", "sender": "cai", "text": TEXT}
    corp.post(SEND, **body, chat_id_list=[first])
    both = corp.post(SEND, **body, chat_id_list=[first, second])

    done = confirm(corp)

    assert (done["delivered"], done["over_quota"]) == (2, 1)
    assert [row["chat_id"] for row in results(corp, both["msgid"])] == [second]


def test_a_member_can_be_reminded_three_times_a_day(corp):
    corp.customer()
    msgid = single(corp, sender="cai")["msgid"]

    codes = [corp.post(REMIND, msgid=msgid)["errcode"] for _ in range(4)]
    at_offset(corp, DAY + 1)

    assert codes == [0, 0, 0, 41094]
    assert corp.post(REMIND, msgid=msgid)["errcode"] == 0
    assert len(corp.twin.log("mass_send.reminded")) == 4


def test_a_cancelled_send_is_over_for_who_has_not_sent(corp):
    lin, zhou = corp.customer(), corp.customer("小周", corp_id=CORP_ID, userid="dee")
    msgid = single(corp, external_userid=ids([lin, zhou]))["msgid"]
    confirm(corp, "cai")

    assert corp.post(CANCEL, msgid=msgid)["errcode"] == 0
    assert confirm(corp, "dee")["msgids"] == []

    assert (statuses(corp, msgid, "cai"), statuses(corp, msgid, "dee")) == ([1], [0])
    assert [corp.post(api, msgid=msgid)["errcode"] for api in (CANCEL, REMIND)] == [41093, 41093]


def wait_for_status(corp, msgid, status, seconds=5.0):
    for _ in range(int(seconds / 0.05)):
        if corp.post(TASK, msgid=msgid)["task_list"][0]["status"] == status:
            return True
        time.sleep(0.05)
    return False


def test_members_confirm_at_once_when_told_to(corp):
    lin = corp.customer()
    corp.twin.admin("POST", "settings", send_confirm="auto")

    msgid = single(corp, sender="cai")["msgid"]

    assert wait_for_status(corp, msgid, 2)
    assert received(corp, person=lin["person"]) == [("text", TEXT)]


def test_members_confirm_late_by_business_time(corp):
    corp.customer()
    corp.twin.admin("POST", "settings", send_confirm="late:3600")
    msgid = single(corp, sender="cai")["msgid"]

    assert not wait_for_status(corp, msgid, 2, seconds=0.4)
    at_offset(corp, 3700)

    assert wait_for_status(corp, msgid, 2)


@pytest.mark.parametrize(
    ("setting", "own", "confirmed"),
    [
        ("never", "auto", True),
        ("auto", "never", False),
        ({"*": "auto", CORP_ID: "never"}, None, False),
        ({CORP_ID: "never", f"{CORP_ID}/cai": "auto"}, None, True),
        ({"wwother": "auto"}, None, False),
    ],
)
def test_each_corp_and_member_confirms_in_their_own_way(corp, setting, own, confirmed):
    corp.customer()
    corp.twin.admin("POST", "settings", send_confirm=setting)
    if own:
        corp.twin.admin("POST", f"corps/{CORP_ID}/members", userid="cai", send_confirm=own)

    msgid = single(corp, sender="cai")["msgid"]

    assert wait_for_status(corp, msgid, 2, seconds=2.0 if confirmed else 0.4) is confirmed


def test_what_is_sent_or_never_was_cannot_be_confirmed(corp):
    lin = corp.customer()
    msgid = single(corp, sender="cai")["msgid"]
    confirm(corp)
    address = f"{corp.twin.base}/_twin/act/confirm_send"

    for wrong in (msgid, "msgNone"):
        body = {"corp_id": CORP_ID, "userid": "cai", "msgid": wrong}
        assert http.post(address, json=body).status_code == 404

    assert confirm(corp)["msgids"] == []
    assert len(received(corp, person=lin["person"])) == 1
