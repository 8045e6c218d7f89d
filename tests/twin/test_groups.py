"""Customer groups: read by API, changed by people, told of by events."""

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.twin.groups_kit import (
    CORP_ID,
    act,
    events,
    group,
    person,
    received,
)
from tests.twin.wecom_kit import KEY, TOKEN, http

LIST, GET = "externalcontact/groupchat/list", "externalcontact/groupchat/get"


def listed(corp, **body):
    answer = corp.post(LIST, **{"limit": 100, **body})
    assert answer["errcode"] == 0, answer
    return [(row["chat_id"], row["status"]) for row in answer["group_chat_list"]]


def details(corp, chat_id, **body):
    answer = corp.post(GET, chat_id=chat_id, **body)
    assert answer["errcode"] == 0, answer
    return answer["group_chat"]


def refused(corp, verb, **body):
    return http.post(f"{corp.twin.base}/_twin/act/{verb}", json=body).status_code


def test_a_group_shows_who_is_in_it(corp):
    lin = corp.customer()
    chat_id = group(corp, lin["person"], "dee")

    shown = details(corp, chat_id)

    assert (shown["chat_id"], shown["name"], shown["owner"]) == (chat_id, "会员一群", "cai")
    assert len(shown["member_version"]) == 32
    assert shown["admin_list"] == []
    assert [(m["userid"], m["type"]) for m in shown["member_list"]] == [
        ("cai", 1),
        (lin["external_userid"], 2),
        ("dee", 1),
    ]
    assert shown["member_list"][1]["invitor"] == {"userid": "cai"}
    assert all("name" not in m and "unionid" not in m for m in shown["member_list"])


def test_names_and_unionids_come_when_asked_for_and_bound(corp):
    lin = corp.customer()
    chat_id = group(corp, lin["person"])
    corp.twin.admin("POST", "corps", corp_id=CORP_ID, mp_appid_bound="wx1")

    members = details(corp, chat_id, need_name=1)["member_list"]

    assert [m["name"] for m in members] == ["蔡", "小林"]
    assert members[1]["unionid"] == lin["unionid"]
    assert "unionid" not in members[0]


def test_someone_who_is_nobodys_customer_has_an_id_in_the_group(corp):
    chat_id = group(corp, person(corp))

    external = details(corp, chat_id)["member_list"][1]["userid"]

    assert external.startswith("wm")
    assert corp.get("externalcontact/get", external_userid=external)["errcode"] == 84061


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({}, 86001),
        ({"chat_id": ""}, 86001),
        ({"chat_id": 1}, 86001),
        ({"chat_id": "wrNone"}, 86003),
        ({"chat_id": "wrNone", "need_name": 2}, 40058),
        ({"chat_id": "wrNone", "full": 1}, 40058),
    ],
)
def test_a_group_is_named_rightly(corp, body, errcode):
    assert corp.post(GET, **body)["errcode"] == errcode


def test_a_group_whose_owner_is_out_of_range_is_not_shown(corp):
    chat_id = group(corp)
    corp.twin.admin("POST", f"corps/{CORP_ID}/members", userid="cai", visible=False)

    assert corp.post(GET, chat_id=chat_id)["errcode"] == 60011
    assert listed(corp) == []
    refusal = corp.post(LIST, limit=10, owner_filter={"userid_list": ["cai"]})
    assert refusal["errcode"] == 60011


def test_groups_are_listed_by_owner_in_pages(corp):
    mine = [group(corp) for _ in range(3)]
    hers = group(corp, owner="dee")

    assert [chat_id for chat_id, _ in listed(corp)] == [*mine, hers]
    assert listed(corp, owner_filter={"userid_list": ["DEE"]}) == [(hers, 0)]
    first = corp.post(LIST, limit=3)
    assert [row["chat_id"] for row in first["group_chat_list"]] == mine
    assert listed(corp, cursor=first["next_cursor"]) == [(hers, 0)]
    assert corp.post(LIST, limit=4)["next_cursor"] == ""


def test_knobs_make_the_list_short_and_its_first_page_empty(corp):
    made = [group(corp) for _ in range(3)]
    corp.twin.admin("POST", "settings", page_cap=1, page_empty_first=True)
    found, answer = [], corp.post(LIST, limit=100)
    first = answer["group_chat_list"]

    while answer["next_cursor"]:
        answer = corp.post(LIST, limit=100, cursor=answer["next_cursor"])
        found += [row["chat_id"] for row in answer["group_chat_list"]]

    assert (first, found) == ([], made)


def test_the_groups_of_who_has_resigned_must_be_named(corp):
    group(corp)
    hers = group(corp, owner="dee")
    act(corp, "directory", corp_id=CORP_ID, change_type="delete_user", userid="dee")

    assert len(listed(corp)) == 1
    assert listed(corp, owner_filter={"userid_list": ["dee"]}) == [(hers, 1)]
    assert listed(corp, status_filter=1, owner_filter={"userid_list": ["cai", "dee"]}) == [
        (hers, 1)
    ]
    assert details(corp, hers)["owner"] == "dee"


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({}, 40058),
        ({"limit": 0}, 40058),
        ({"limit": 1001}, 40058),
        ({"limit": 10, "cursor": "wrong"}, 40058),
        ({"limit": 10, "status_filter": 4}, 40058),
        ({"limit": 10, "owner_filter": {}}, 40058),
        ({"limit": 10, "owner_filter": {"userid_list": ["u"] * 101}}, 40031),
        ({"limit": 10, "offset": 5}, 40058),
    ],
)
def test_a_wrong_list_is_refused(corp, body, errcode):
    group(corp)

    assert corp.post(LIST, **body)["errcode"] == errcode


def test_a_large_corp_must_name_owners(corp):
    for number in range(999):
        corp.twin.admin("POST", f"corps/{CORP_ID}/members", userid=f"u{number}")

    assert corp.post(LIST, limit=10)["errcode"] == 81017
    assert listed(corp, owner_filter={"userid_list": ["cai"]}) == []


def test_creating_tells_of_the_group_alone(corp):
    chat_id = group(corp, person(corp))

    assert events(corp) == [{"ChatId": chat_id, "ChangeType": "create"}]


@pytest.mark.parametrize(("scene", "told"), [(1, 0), (2, 0), (3, 3)])
def test_joining_changes_the_version_and_tells_both(corp, scene, told):
    chat_id = group(corp)
    before = details(corp, chat_id)["member_version"]
    lin = corp.customer()

    act(corp, "group_join", chat_id=chat_id, person=lin["person"], scene=scene, state="s1")

    shown = details(corp, chat_id)
    member = shown["member_list"][1]
    assert (member["userid"], member["join_scene"]) == (lin["external_userid"], scene)
    assert member["state"] == "s1"
    assert ("invitor" in member) is (scene == 1)
    assert events(corp)[-1] == {
        "ChatId": chat_id,
        "ChangeType": "update",
        "UpdateDetail": "add_member",
        "JoinScene": told,
        "QuitScene": 0,
        "MemChangeCnt": 1,
        "MemChangeList": [lin["external_userid"]],
        "LastMemVer": before,
        "CurMemVer": shown["member_version"],
    }


def test_joining_twice_is_joining_once(corp):
    lin = person(corp)
    chat_id = group(corp, lin)

    again = act(corp, "group_join", chat_id=chat_id, person=lin)

    assert again == {"already": True, "callback_ids": []}
    assert len(details(corp, chat_id)["member_list"]) == 2


@pytest.mark.parametrize("removed", [False, True])
def test_leaving_says_whether_one_was_removed(corp, removed):
    lin = corp.customer()
    chat_id = group(corp, lin["person"])

    act(corp, "group_leave", chat_id=chat_id, person=lin["person"], removed=removed)

    told = events(corp)[-1]
    assert (told["UpdateDetail"], told["QuitScene"]) == ("del_member", int(removed))
    assert told["MemChangeList"] == [lin["external_userid"]]
    assert told["CurMemVer"] == details(corp, chat_id)["member_version"]
    assert len(details(corp, chat_id)["member_list"]) == 1


@pytest.mark.parametrize(
    ("field", "value"), [("name", "会员二群"), ("notice", "周五会员日"), ("owner", "dee")]
)
def test_changes_are_told_by_name(corp, field, value):
    chat_id = group(corp, "dee")

    act(corp, "group_change", chat_id=chat_id, **{field: value})
    act(corp, "group_change", chat_id=chat_id, **{field: value})

    assert details(corp, chat_id)[field] == value
    told = {"ChatId": chat_id, "ChangeType": "update", "UpdateDetail": f"change_{field}"}
    assert events(corp)[1:] == [told]


def test_a_dismissed_group_is_gone(corp):
    chat_id = group(corp, person(corp))

    act(corp, "group_dismiss", chat_id=chat_id)

    assert events(corp)[-1] == {"ChatId": chat_id, "ChangeType": "dismiss"}
    assert corp.post(GET, chat_id=chat_id)["errcode"] == 86003
    assert listed(corp) == []


def test_an_event_arrives_encrypted_with_its_members_as_items(corp, callback):
    chat_id = group(corp)
    callback.wait(1)
    lin = person(corp)
    act(corp, "group_join", chat_id=chat_id, person=lin)
    request = callback.wait(2)[1]
    query = request["query"]
    given = (query["msg_signature"], query["timestamp"], query["nonce"])

    opened = WeChatCrypto(TOKEN, KEY, CORP_ID).decrypt_message(request["body"], *given)

    external = details(corp, chat_id)["member_list"][1]["userid"]
    assert f"<ChatId><![CDATA[{chat_id}]]></ChatId>" in opened
    assert f"<MemChangeList><Item>{external}</Item></MemChangeList>" in opened
    assert "<JoinScene>3</JoinScene>" in opened


def test_what_cannot_be_done_to_a_group_is_refused(corp):
    lin = person(corp)
    chat_id = group(corp)
    told = len(events(corp))

    assert refused(corp, "group_create", corp_id=CORP_ID, owner="nobody") == 404
    assert refused(corp, "group_join", chat_id="wrNone", person=lin) == 404
    assert refused(corp, "group_join", chat_id=chat_id, person="pNobody") == 404
    assert refused(corp, "group_leave", chat_id=chat_id, person=lin) == 404
    assert refused(corp, "group_leave", chat_id=chat_id, userid="cai") == 400
    assert refused(corp, "group_speak", chat_id=chat_id, person=lin) == 404
    assert refused(corp, "group_change", chat_id=chat_id, owner="dee") == 400
    assert len(events(corp)) == told


def test_a_full_group_takes_nobody(corp):
    corp.twin.admin("POST", "settings", group_member_cap=2)
    chat_id = group(corp, person(corp))

    assert refused(corp, "group_join", chat_id=chat_id, person=person(corp)) == 409
    assert len(details(corp, chat_id)["member_list"]) == 2


def test_words_are_seen_in_the_group(corp):
    lin = person(corp)
    chat_id = group(corp, lin)

    act(corp, "group_speak", chat_id=chat_id, person=lin, text="几点开门?")

    assert received(corp, chat_id=chat_id) == [("text", {"content": "几点开门?"})]
