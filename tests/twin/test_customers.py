"""Members, customers and what a member notes about them."""

import pytest

from tests.twin.wecom_kit import CORP

CORP_ID = CORP["corp_id"]


def test_member_in_any_case_without_sensitive_fields(corp):
    answer = corp.get("user/get", userid="CAI")

    assert (answer["userid"], answer["name"], answer["department"]) == ("cai", "蔡", [2])
    assert answer["status"] == 1
    assert not {"mobile", "email", "avatar", "gender", "qr_code"} & set(answer)


@pytest.mark.parametrize(
    ("api", "query", "errcode"),
    [
        ("user/get", {}, 41009),
        ("user/get", {"userid": "nobody"}, 60111),
        ("user/get", {"userid": "hidden"}, 60011),
        ("user/simplelist", {"department_id": "99"}, 60123),
        ("department/get", {"id": "x"}, 60123),
        ("externalcontact/list", {"userid": "cai"}, 84061),
        ("externalcontact/list", {"userid": "clerk"}, 84074),
        ("externalcontact/get", {}, 41035),
        ("externalcontact/get", {"external_userid": "wmNobody"}, 40096),
    ],
)
def test_wrong_reads_are_refused(corp, api, query, errcode):
    members = f"corps/{CORP_ID}/members"
    corp.twin.admin("POST", members, userid="hidden", visible=False)
    corp.twin.admin("POST", members, userid="clerk", contact_enabled=False)

    assert corp.get(api, **query)["errcode"] == errcode


def test_departments_and_their_own_members(corp):
    corp.twin.admin("POST", f"corps/{CORP_ID}/departments", id=3, name="柜台", parentid=2)

    all_ids = [d["id"] for d in corp.get("department/list")["department"]]
    below = [d["id"] for d in corp.get("department/simplelist", id=2)["department_id"]]
    shop = corp.get("user/simplelist", department_id=2)["userlist"]

    assert (all_ids, below) == ([1, 2, 3], [2, 3])
    assert [(m["userid"], m["name"]) for m in shop] == [("cai", "蔡")]
    assert corp.get("department/get", id=3)["department"]["parentid"] == 2


def test_follow_users_are_the_enabled_ones_and_none_is_an_error(corp):
    members = f"corps/{CORP_ID}/members"
    corp.twin.admin("POST", members, userid="dee", contact_enabled=False)
    assert corp.get("externalcontact/get_follow_user_list")["follow_user"] == ["cai"]

    corp.twin.admin("POST", members, userid="cai", active=False)
    assert corp.get("externalcontact/get_follow_user_list")["errcode"] == 84074


def test_customer_is_read_with_state_and_who_added(corp):
    way = corp.post("externalcontact/add_contact_way", type=1, scene=2, user=["cai"], state="s1")
    added = corp.customer(config_id=way["config_id"])

    answer = corp.get("externalcontact/get", external_userid=added["external_userid"])

    follow = answer["follow_user"][0]
    assert answer["external_contact"]["name"] == "小林"
    assert "unionid" not in answer["external_contact"]
    assert (follow["userid"], follow["state"], follow["add_way"]) == ("cai", "s1", 1)
    assert follow["oper_userid"] == added["external_userid"]
    assert added["external_userid"].startswith("wm")
    assert len(added["external_userid"]) == 32


def test_unionid_shows_once_a_wechat_account_is_bound(corp):
    added = corp.customer()
    corp.twin.admin("POST", "corps", corp_id=CORP_ID, mp_appid_bound="wxaurora000000001")

    answer = corp.get("externalcontact/get", external_userid=added["external_userid"])

    assert answer["external_contact"]["unionid"] == added["unionid"]


def test_another_corp_knows_the_same_person_by_another_id(corp):
    added = corp.customer()
    corp.twin.admin("POST", "corps", corp_id="wwbreeze", agent_id=7, secret="other")
    corp.twin.admin("POST", "corps/wwbreeze/members", userid="zed")
    way = {"person": added["person"], "corp_id": "wwbreeze", "userid": "zed"}

    other = corp.twin.admin("POST", "act/add", **way)["external_userid"]

    assert other != added["external_userid"]
    assert corp.get("externalcontact/get", external_userid=other)["errcode"] == 40096


def test_deleted_by_the_customer_stays_readable_by_the_guide_not(corp):
    added = corp.customer()
    who = {"corp_id": CORP_ID, "userid": "cai", "person": added["person"]}
    read = {"external_userid": added["external_userid"]}

    corp.twin.admin("POST", "act/delete", **who, by="customer")
    assert corp.get("externalcontact/get", **read)["errcode"] == 0
    corp.twin.admin("POST", "act/delete", **who, by="staff")
    assert corp.get("externalcontact/get", **read)["errcode"] == 84061
    assert corp.get("externalcontact/list", userid="cai")["errcode"] == 84061


def test_adding_a_friend_again_changes_and_tells_nothing(corp):
    added = corp.customer()
    who = {"corp_id": CORP_ID, "userid": "cai", "person": added["person"]}

    again = corp.twin.admin("POST", "act/add", **who)

    assert (again["already"], again["welcome_code"], again["callback_ids"]) == (True, None, [])
    assert len(corp.twin.log("callback.event")) == 1


def test_batch_pages_through_every_customer_once(corp):
    made = [corp.customer(name=str(n))["external_userid"] for n in range(5)]
    seen, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        answer = corp.post(
            "externalcontact/batch/get_by_user", userid_list=["cai", "dee"], limit=2, cursor=cursor
        )
        seen += [e["external_contact"]["external_userid"] for e in answer["external_contact_list"]]
        cursor, pages = answer["next_cursor"], pages + 1

    assert (seen, pages) == (made, 3)


def test_batch_of_more_than_a_hundred_members_is_refused(corp):
    answer = corp.post("externalcontact/batch/get_by_user", userid_list=["cai"] * 101)

    assert answer["errcode"] == 40031


def test_remark_is_kept_and_shown(corp):
    added = corp.customer()
    pair = {"userid": "cai", "external_userid": added["external_userid"]}

    first = corp.post(
        "externalcontact/remark", **pair, remark="小林-一号店", remark_mobiles=["13800000000"]
    )
    second = corp.post("externalcontact/remark", **pair, remark_mobiles=[""])

    read = corp.get("externalcontact/get", external_userid=added["external_userid"])
    follow = read["follow_user"][0]
    assert (first["errcode"], second["errcode"]) == (0, 0)
    assert (follow["remark"], follow["remark_mobiles"]) == ("小林-一号店", [])


@pytest.mark.parametrize(
    ("fields", "errcode"),
    [
        ({}, 40063),
        ({"remark": "字" * 21}, 40058),
        ({"description": "字" * 151}, 40058),
        ({"remark": 5}, 40058),
        ({"nickname": "x"}, 40058),
        ({"userid": "dee", "remark": "x"}, 84061),
        ({"external_userid": "wmNobody", "remark": "x"}, 40096),
    ],
)
def test_wrong_remark_is_refused(corp, fields, errcode):
    pair = {"userid": "cai", "external_userid": corp.customer()["external_userid"]}

    assert corp.post("externalcontact/remark", **{**pair, **fields})["errcode"] == errcode
