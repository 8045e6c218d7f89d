"""Mass sends: who is reached, and what is refused."""

import pytest

from tests.twin.groups_kit import (
    CORP_ID,
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

LINK = {"msgtype": "link", "link": {"title": "会员日", "url": "https://aurora.localhost/c/1"}}
TASK = "externalcontact/get_groupmsg_task"
CANCEL = "externalcontact/cancel_groupmsg_send"


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
