"""Mass sends: a task that waits for the member, its limits, and what became of it."""

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
    now,
    received,
    results,
    single,
    statuses,
)
from tests.twin.wecom_kit import http

LINK = {"msgtype": "link", "link": {"title": "会员日", "url": "https://aurora.localhost/c/1"}}
TASK, RESULT = "externalcontact/get_groupmsg_task", "externalcontact/get_groupmsg_send_result"
LIST = "externalcontact/get_groupmsg_list_v2"
REMIND, CANCEL = "externalcontact/remind_groupmsg_send", "externalcontact/cancel_groupmsg_send"


def test_nothing_is_sent_until_the_member_confirms(corp):
    lin = corp.customer()

    made = single(corp, external_userid=ids([lin]), sender="cai", attachments=[LINK])
    before = received(corp, person=lin["person"])
    task = corp.post(TASK, msgid=made["msgid"])["task_list"]
    waiting = statuses(corp, made["msgid"])
    done = confirm(corp)

    assert (made["errcode"], made["fail_list"]) == (0, [])
    assert (before, task, waiting) == ([], [{"userid": "cai", "status": 0}], [0])
    assert (done["msgids"], done["delivered"]) == ([made["msgid"]], 1)
    assert received(corp, person=lin["person"]) == [("text", TEXT), ("link", LINK["link"])]
    sent = results(corp, made["msgid"])[0]
    assert sent == {
        "external_userid": lin["external_userid"],
        "userid": "cai",
        "status": 1,
        "send_time": pytest.approx(now(corp), abs=5),
    }
    assert corp.post(TASK, msgid=made["msgid"])["task_list"][0]["status"] == 2


def test_each_recipient_is_one_row_of_the_log(corp):
    people = customers(corp, 3)

    made = single(corp, external_userid=ids(people), sender="cai")
    confirm(corp, msgid=made["msgid"])
    confirm(corp)

    rows = corp.twin.log("mass_send.delivered")
    key = {"corp_id": CORP_ID, "msgid": made["msgid"], "userid": "cai"}
    assert rows == [{**key, "recipient": external} for external in ids(people)]


def test_ids_that_cannot_be_sent_to_are_named(corp):
    mine, hers = corp.customer(), corp.customer("小周", corp_id=CORP_ID, userid="dee")

    made = single(corp, external_userid=[*ids([mine, hers]), "wmNobody"], sender="cai")
    nobody = single(corp, external_userid=["wmNobody"], sender="cai")

    assert made["fail_list"] == [hers["external_userid"], "wmNobody"]
    assert (nobody["errcode"], nobody["fail_list"]) == (41048, ["wmNobody"])


def test_a_customer_named_twice_is_sent_to_once(corp):
    lin = corp.customer()

    made = single(corp, external_userid=ids([lin, lin]), sender="cai")

    assert len(results(corp, made["msgid"])) == 1


def test_without_a_sender_the_last_member_gets_the_task(corp):
    lin = corp.customer()
    at_offset(corp, 60)
    act(corp, "add", corp_id=CORP_ID, userid="dee", person=lin["person"])
    at_offset(corp, 0)

    made = single(corp, external_userid=ids([lin]))

    assert corp.post(TASK, msgid=made["msgid"])["task_list"] == [{"userid": "dee", "status": 0}]


def test_a_sender_alone_means_all_of_their_customers(corp):
    people = customers(corp, 3)
    customers(corp, 1, "dee")

    made = single(corp, sender="CAI")

    assert [row["external_userid"] for row in results(corp, made["msgid"])] == ids(people)


def tagged(corp, *wanted):
    """Customers of cai carrying these sets of tag names; (people, {name: tag_id})."""
    names = sorted({name for names in wanted for name in names})
    made = corp.post(
        "externalcontact/add_corp_tag", group_name="等级", tag=[{"name": name} for name in names]
    )
    tags = {tag["name"]: tag["id"] for tag in made["tag_group"]["tag"]}
    people = customers(corp, len(wanted))
    for one, marks in zip(people, wanted, strict=True):
        corp.post(
            "externalcontact/mark_tag",
            userid="cai",
            external_userid=one["external_userid"],
            add_tag=[tags[name] for name in marks],
        )
    return people, tags


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        pytest.param(["a"], [0, 2], id="one tag"),
        pytest.param(["ab"], [0, 1, 2], id="any of a group"),
        pytest.param(["a", "b"], [2], id="every group"),
        pytest.param(["c"], [3], id="another"),
    ],
)
def test_tags_are_or_within_a_group_and_and_across(corp, groups, expected):
    people, tags = tagged(corp, "a", "b", "ab", "c")
    asked = [{"tag_list": [tags[name] for name in names]} for names in groups]

    made = single(corp, tag_filter={"group_list": asked}, sender="cai")

    found = [row["external_userid"] for row in results(corp, made["msgid"])]
    assert found == [people[i]["external_userid"] for i in expected]


def test_named_customers_leave_the_tags_unread(corp):
    people, tags = tagged(corp, "a", "b")
    asked = {"group_list": [{"tag_list": [tags["a"]]}]}

    made = single(corp, tag_filter=asked, sender="cai", external_userid=ids(people[1:]))

    assert [row["external_userid"] for row in results(corp, made["msgid"])] == ids(people[1:])


def test_a_group_send_reaches_the_groups_and_lists_only_what_was_sent(corp):
    mine, other = group(corp), group(corp, owner="dee")
    body = {"chat_type": "group", "sender": "cai", "text": TEXT}

    made = corp.post(SEND, **body, chat_id_list=[mine, other, "wrNone"])
    before = results(corp, made["msgid"])
    confirm(corp)

    assert made["fail_list"] == [other, "wrNone"]
    assert before == []
    after = results(corp, made["msgid"])
    assert [(row["chat_id"], row["status"]) for row in after] == [(mine, 1)]
    assert received(corp, chat_id=mine) == [("text", TEXT)]
    assert received(corp, chat_id=other) == []


def test_a_group_send_without_names_means_all_groups_of_the_sender(corp):
    made = [group(corp), group(corp)]
    group(corp, owner="dee")

    sent = corp.post(SEND, chat_type="group", sender="cai", text=TEXT)
    confirm(corp)

    assert [row["chat_id"] for row in results(corp, sent["msgid"])] == made


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


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        pytest.param({"text": {"content": ""}}, 40063, id="nothing to say"),
        pytest.param({"text": {}}, 40063, id="no content"),
        pytest.param({"text": {"content": "字" * 1334}}, 45002, id="4002 bytes"),
        pytest.param({"text": {"content": 5}}, 40058, id="text is a number"),
        pytest.param({"text": {"content": "a", "bold": True}}, 40058, id="unknown in text"),
        pytest.param({"attachments": [LINK] * 10}, 41064, id="ten attachments"),
        pytest.param({"attachments": [{"msgtype": "card", "card": {}}]}, 41065, id="bad type"),
        pytest.param({"attachments": [{"msgtype": "link"}]}, 40058, id="no link in link"),
        pytest.param(
            {"attachments": [{"msgtype": "link", "link": {"title": "a"}}]}, 41010, id="no url"
        ),
        pytest.param(
            {"attachments": [{"msgtype": "link", "link": {**LINK["link"], "title": "字" * 43}}]},
            40058,
            id="title of 129 bytes",
        ),
        pytest.param(
            {"attachments": [{"msgtype": "link", "link": {**LINK["link"], "desc": "字" * 171}}]},
            40058,
            id="desc of 513 bytes",
        ),
        pytest.param(
            {"attachments": [{"msgtype": "link", "link": {"title": "a", "url": "h" * 2049}}]},
            40039,
            id="url of 2049 bytes",
        ),
        pytest.param(
            {"attachments": [{"msgtype": "image", "image": {"media_id": "none"}}]},
            40007,
            id="unknown media",
        ),
        pytest.param({"sender": "nobody"}, 60111, id="unknown sender"),
        pytest.param({"sender": 5}, 40058, id="sender is a number"),
        pytest.param({"sender": ""}, 40063, id="nobody at all"),
        pytest.param({"external_userid": ["wm"] * 10_001}, 40058, id="10001 customers"),
        pytest.param({"external_userid": "wm1"}, 40058, id="not a list"),
        pytest.param({"chat_id_list": ["wr1"]}, 40058, id="groups in a single send"),
        pytest.param({"chat_type": "moment"}, 40058, id="unknown chat_type"),
        pytest.param({"allow_select": "yes"}, 40058, id="allow_select is no boolean"),
        pytest.param({"tag_filter": {"tags": []}}, 40058, id="unknown in tag_filter"),
        pytest.param(
            {"tag_filter": {"group_list": [{"tag_list": ["et"] * 101}]}}, 40058, id="101 tags"
        ),
        pytest.param({"priority": 1}, 40058, id="unknown field"),
    ],
)
def test_a_wrong_send_is_refused_and_leaves_nothing(corp, change, errcode):
    corp.customer()

    answer = single(corp, **{"sender": "cai", **change})

    assert answer["errcode"] == errcode
    assert corp.twin.admin("GET", "state/sends", corp_id=CORP_ID)["sends"] == []


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        pytest.param({"sender": None}, 41009, id="no sender"),
        pytest.param({"sender": "dee"}, 41048, id="owner of none"),
        pytest.param({"external_userid": ["wm1"]}, 40058, id="customers in a group send"),
        pytest.param({"allow_select": True}, 40058, id="allow_select"),
        pytest.param({"chat_id_list": ["wr"] * 2001}, 40058, id="2001 groups"),
        pytest.param({"chat_id_list": ["wrNone"]}, 41048, id="unknown group"),
    ],
)
def test_a_wrong_group_send_is_refused(corp, change, errcode):
    group(corp)
    body = {"chat_type": "group", "sender": "cai", "text": TEXT, **change}

    answer = corp.post(SEND, **{name: value for name, value in body.items() if value is not None})

    assert answer["errcode"] == errcode


@pytest.mark.parametrize(
    ("flags", "errcode"),
    [({"visible": False}, 60011), ({"contact_enabled": False}, 84074)],
)
def test_a_sender_must_be_in_range(corp, flags, errcode):
    corp.customer()
    corp.twin.admin("POST", f"corps/{CORP_ID}/members", userid="cai", **flags)

    assert single(corp, sender="cai")["errcode"] == errcode


def test_4000_bytes_and_nine_attachments_are_let_through(corp):
    corp.customer()

    made = single(corp, sender="cai", text={"content": "字" * 1333 + "a"}, attachments=[LINK] * 9)

    assert made["errcode"] == 0


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


def test_no_event_tells_of_what_the_api_did(corp):
    corp.customer()
    before = len(corp.twin.log("callback.event"))

    msgid = single(corp, sender="cai")["msgid"]
    confirm(corp)
    corp.post(CANCEL, msgid=msgid)

    assert len(corp.twin.log("callback.event")) == before


@pytest.mark.parametrize(
    "api",
    [
        "add_moment_task",
        "cancel_moment_task",
        "get_moment_list",
        "get_moment_task",
        "get_moment_customer_list",
        "get_moment_send_result",
        "get_moment_comments",
    ],
)
def test_moments_are_forbidden(corp, api):
    assert corp.post(f"externalcontact/{api}", text={"content": "新品"})["errcode"] == 48002
    assert corp.get("externalcontact/get_moment_task_result", jobid="j")["errcode"] == 48002
