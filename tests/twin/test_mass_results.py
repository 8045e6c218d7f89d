"""What became of mass sends: tasks, results and lists, in pages."""

import time

import pytest

from tests.twin.groups_kit import (
    CORP_ID,
    DAY,
    TEXT,
    confirm,
    customers,
    ids,
    now,
    results,
    single,
)

LINK = {"msgtype": "link", "link": {"title": "会员日", "url": "https://aurora.localhost/c/1"}}
TASK, RESULT = "externalcontact/get_groupmsg_task", "externalcontact/get_groupmsg_send_result"
LIST = "externalcontact/get_groupmsg_list_v2"
REMIND, CANCEL = "externalcontact/remind_groupmsg_send", "externalcontact/cancel_groupmsg_send"


@pytest.mark.parametrize("api", [REMIND, CANCEL, TASK, RESULT])
@pytest.mark.parametrize(("msgid", "errcode"), [("", 41046), ("msgNone", 41047), (7, 41047)])
def test_a_send_is_named_rightly(corp, api, msgid, errcode):
    more = {"userid": "cai"} if api == RESULT else {}

    assert corp.post(api, msgid=msgid, **more)["errcode"] == errcode


def test_another_corps_send_is_not_found(corp):
    corp.customer()
    msgid = single(corp, sender="cai")["msgid"]
    corp.twin.admin("POST", "corps", corp_id="wwother", agent_id=1, secret="x", name="Breeze")
    query = {"corpid": "wwother", "corpsecret": "x"}
    corp.token = corp.get("gettoken", **query)["access_token"]

    assert corp.post(TASK, msgid=msgid)["errcode"] == 41047


def test_pages_end_when_the_cursor_does(corp):
    people = customers(corp, 5)
    made = single(corp, external_userid=ids(people), sender="cai")

    first = corp.post(RESULT, msgid=made["msgid"], userid="cai", limit=2)
    everything = results(corp, made["msgid"], limit=2)

    assert len(first["send_list"]) == 2
    assert [row["external_userid"] for row in everything] == ids(people)


def test_a_page_that_takes_the_last_row_has_no_cursor(corp):
    made = single(corp, external_userid=ids(customers(corp, 2)), sender="cai")

    page = corp.post(RESULT, msgid=made["msgid"], userid="cai", limit=2)

    assert (len(page["send_list"]), page["next_cursor"]) == (2, "")


def test_knobs_make_pages_small_and_the_first_one_empty(corp):
    people = customers(corp, 3)
    made = single(corp, external_userid=ids(people), sender="cai")
    corp.twin.admin("POST", "settings", page_cap=2, page_empty_first=True)

    first = corp.post(RESULT, msgid=made["msgid"], userid="cai")

    assert first["send_list"] == []
    assert first["next_cursor"]
    assert len(results(corp, made["msgid"])) == 3


@pytest.mark.parametrize("cursor", ["nonsense", "YQ", "!!"])
@pytest.mark.parametrize("api", [TASK, RESULT])
def test_a_wrong_cursor_is_refused(corp, api, cursor):
    corp.customer()
    more = {"userid": "cai"} if api == RESULT else {}
    msgid = single(corp, sender="cai")["msgid"]

    assert corp.post(api, msgid=msgid, cursor=cursor, **more)["errcode"] == 40058


def test_results_are_not_there_while_the_send_is_dispatched(corp):
    corp.customer()
    corp.twin.admin("POST", "settings", send_dispatch_seconds=0.5)
    msgid = single(corp, sender="cai")["msgid"]

    early = [corp.post(TASK, msgid=msgid), corp.post(RESULT, msgid=msgid, userid="cai")]
    time.sleep(0.6)

    assert [answer["errcode"] for answer in early] == [41063, 41063]
    assert corp.post(TASK, msgid=msgid)["errcode"] == 0


def span(corp, days=1):
    return {"chat_type": "single", "start_time": now(corp) - days * DAY, "end_time": now(corp) + 9}


def test_sends_are_listed_as_the_corps_own(corp):
    corp.customer()
    made = [single(corp, sender="cai", attachments=[LINK])["msgid"] for _ in range(3)]

    answer = corp.post(LIST, **span(corp))

    shown = answer["group_msg_list"]
    assert [row["msgid"] for row in shown] == made
    assert set(shown[0]) == {"msgid", "create_time", "create_type", "text", "attachments"}
    assert (shown[0]["create_type"], shown[0]["text"]) == (0, TEXT)
    assert corp.post(LIST, **span(corp), filter_type=1)["group_msg_list"] == []
    assert corp.post(LIST, **span(corp), filter_type=2)["group_msg_list"] == shown
    assert corp.post(LIST, **{**span(corp), "chat_type": "group"})["group_msg_list"] == []
    page = corp.post(LIST, **span(corp), limit=2)
    more = corp.post(LIST, **span(corp), limit=2, cursor=page["next_cursor"])
    assert [row["msgid"] for row in page["group_msg_list"] + more["group_msg_list"]] == made


@pytest.mark.parametrize("missing", ["chat_type", "start_time", "end_time"])
def test_a_list_needs_its_span(corp, missing):
    body = {name: value for name, value in span(corp).items() if name != missing}

    assert corp.post(LIST, **body)["errcode"] == 40058


@pytest.mark.parametrize(("start", "end"), [(-32 * DAY, 0), (5, 0)])
def test_a_list_spans_a_month_at_most(corp, start, end):
    at = now(corp)

    answer = corp.post(LIST, chat_type="single", start_time=at + start, end_time=at + end)

    assert answer["errcode"] == 40058


def test_the_state_shows_who_was_to_get_what(corp):
    people = customers(corp, 2)
    made = single(corp, external_userid=ids(people), sender="cai", attachments=[LINK])
    confirm(corp)

    shown = corp.twin.admin("GET", "state/sends", corp_id=CORP_ID)["sends"]

    assert [one["msgid"] for one in shown] == [made["msgid"]]
    assert (shown[0]["sender"], shown[0]["recipients"]) == ("cai", ids(people))
    assert (shown[0]["text"], shown[0]["urls"]) == (TEXT["content"], [LINK["link"]["url"]])
    assert [row["status"] for row in shown[0]["results"]] == [1, 1]
    assert all(row["sent_at"] for row in shown[0]["results"])
