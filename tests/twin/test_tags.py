"""Corp tags and the marks on customers."""

import pytest

from tests.twin.wecom_kit import CORP

ADD = "externalcontact/add_corp_tag"
LIST = "externalcontact/get_corp_tag_list"


def make(corp, *names, **body):
    wanted = body or {"group_name": "等级"}
    return corp.post(ADD, **wanted, tag=[{"name": name} for name in names])


def library(corp, **query):
    groups = corp.post(LIST, **query)["tag_group"]
    return [(g["group_name"], [t["name"] for t in g["tag"]]) for g in groups]


def test_group_is_made_and_then_found_by_name(corp):
    first, second = make(corp, "金卡"), make(corp, "银卡")

    assert first["tag_group"]["group_id"] == second["tag_group"]["group_id"]
    assert [t["name"] for t in second["tag_group"]["tag"]] == ["银卡"]
    assert library(corp) == [("等级", ["金卡", "银卡"])]


def test_higher_order_comes_first(corp):
    corp.post(
        ADD, group_name="a", order=1, tag=[{"name": "低", "order": 1}, {"name": "高", "order": 9}]
    )
    make(corp, "x", group_name="b", order=5)

    assert library(corp) == [("b", ["x"]), ("a", ["高", "低"])]


def test_doubled_names_collapse_and_a_name_in_use_is_refused(corp):
    assert len(make(corp, "金卡", "金卡")["tag_group"]["tag"]) == 1

    assert make(corp, "金卡")["errcode"] == 40071
    assert library(corp) == [("等级", ["金卡"])]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"tag": [{"name": "x"}]}, 40063),
        ({"group_name": "g", "tag": []}, 40063),
        ({"group_name": "字" * 31, "tag": [{"name": "x"}]}, 40072),
        ({"group_name": "g", "tag": [{"name": "字" * 31}]}, 40072),
        ({"group_name": "g", "tag": [{"name": "x", "order": -1}]}, 40058),
        ({"group_name": "g", "order": 2**32, "tag": [{"name": "x"}]}, 40058),
        ({"group_id": "etNone", "tag": [{"name": "x"}]}, 40068),
        ({"group_name": "g", "tag": [{"name": "x", "colour": 1}]}, 40058),
    ],
)
def test_wrong_tags_are_refused(corp, body, errcode):
    assert corp.post(ADD, **body)["errcode"] == errcode
    assert library(corp) == []


def test_cap_ends_the_library(corp):
    corp.twin.admin("POST", "settings", corp_tag_cap=2)

    assert [make(corp, name)["errcode"] for name in "abc"] == [0, 0, 40126]


def test_deleting_the_last_tag_deletes_the_group(corp):
    group = make(corp, "金卡")["tag_group"]
    tag_id = group["tag"][0]["id"]

    assert corp.post("externalcontact/del_corp_tag", tag_id=[tag_id])["errcode"] == 0

    assert library(corp) == []
    answer = corp.post(LIST, tag_id=[tag_id])["tag_group"][0]
    assert (answer["deleted"], answer["tag"][0]["deleted"]) == (True, True)


def test_group_id_wins_over_tag_id(corp):
    a, b = make(corp, "x", group_name="a"), make(corp, "y", group_name="b")
    query = {"group_id": [b["tag_group"]["group_id"]], "tag_id": [a["tag_group"]["tag"][0]["id"]]}

    assert library(corp, **query) == [("b", ["y"])]


def test_tags_are_renamed_but_only_the_apps_own(corp):
    own = make(corp, "金卡")["tag_group"]["tag"][0]["id"]
    console = {"corp_id": CORP["corp_id"], "change": "create"}
    group = corp.twin.admin("POST", "act/tag_event", **console, tag_type="tag_group", name="他")
    theirs = corp.twin.admin("POST", "act/tag_event", **console, name="他的", group_id=group["id"])

    codes = [
        corp.post("externalcontact/edit_corp_tag", id=identifier, name="新")["errcode"]
        for identifier in (own, theirs["id"], "etNone")
    ]

    assert codes == [0, 81011, 40068]
    assert corp.post("externalcontact/del_corp_tag", tag_id=[theirs["id"]])["errcode"] == 81011
    assert library(corp) == [("等级", ["新"]), ("他", ["他的"])]


def test_marks_are_put_on_and_taken_off(corp):
    added = corp.customer()
    gold, silver = (t["id"] for t in make(corp, "金卡", "银卡")["tag_group"]["tag"])
    pair = {"userid": "cai", "external_userid": added["external_userid"]}

    corp.post("externalcontact/mark_tag", **pair, add_tag=[gold])
    answer = corp.post("externalcontact/mark_tag", **pair, add_tag=[silver], remove_tag=[gold])

    read = corp.get("externalcontact/get", external_userid=added["external_userid"])
    assert answer == {"errcode": 0, "errmsg": "ok"}
    assert read["follow_user"][0]["tags"] == [
        {"group_name": "等级", "tag_name": "银卡", "type": 1, "tag_id": silver}
    ]
    batch = corp.post("externalcontact/batch/get_by_user", userid_list=["cai"])
    assert batch["external_contact_list"][0]["follow_info"]["tag_id"] == [silver]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({}, 40063),
        ({"add_tag": ["etNone"]}, 40068),
        ({"userid": "dee", "add_tag": ["etNone"]}, 84061),
        ({"external_userid": "wmNobody", "add_tag": ["etNone"]}, 40096),
        ({"tag": ["etNone"]}, 40058),
    ],
)
def test_wrong_marks_are_refused(corp, body, errcode):
    pair = {"userid": "cai", "external_userid": corp.customer()["external_userid"]}

    assert corp.post("externalcontact/mark_tag", **{**pair, **body})["errcode"] == errcode
