"""Contact ways and acquisition links."""

import pytest

from tests.twin.wecom_kit import CORP, http

CORP_ID = CORP["corp_id"]
ADD = "externalcontact/add_contact_way"
LINKS = "externalcontact/customer_acquisition"
SINGLE = {"type": 1, "scene": 2, "user": ["cai"]}


def test_code_has_a_picture_for_scene_2_only(corp):
    with_picture, without = corp.post(ADD, **SINGLE), corp.post(ADD, **{**SINGLE, "scene": 1})

    assert http.get(with_picture["qr_code"]).text.startswith("<svg")
    assert "qr_code" not in without
    assert len(with_picture["config_id"]) == 32


BAD = [
    ({"type": None}, 41037),
    ({"scene": None}, 41038),
    ({"type": 3}, 41039),
    ({"scene": "2"}, 41040),
    ({"style": 4}, 41042),
    ({"state": "字" * 31}, 40058),
    ({"remark": "字" * 31}, 40058),
    ({"user": ["cai", "dee"]}, 40058),
    ({"user": []}, 40058),
    ({"type": 2, "user": []}, 40063),
    ({"user": ["nobody"]}, 40003),
    ({"user": ["sleepy"]}, 41054),
    ({"type": 2, "party": [99]}, 60123),
    ({"welcome": "hi"}, 40058),
    ({"conclusions": {"text": {"content": "字" * 1334}}}, 40058),
    ({"conclusions": {"link": {"title": "字" * 43, "url": "https://x.cn"}}}, 40058),
]


@pytest.mark.parametrize(("change", "errcode"), BAD)
def test_wrong_code_is_refused(corp, change, errcode):
    corp.twin.admin("POST", f"corps/{CORP_ID}/members", userid="sleepy", active=False)
    body = {k: v for k, v in {**SINGLE, **change}.items() if v is not None}

    assert corp.post(ADD, **body)["errcode"] == errcode
    assert corp.post("externalcontact/list_contact_way")["contact_way"] == []


def test_limits_are_inclusive(corp):
    body = {**SINGLE, "state": "字" * 30, "remark": "字" * 30}

    assert corp.post(ADD, **body)["errcode"] == 0


def test_more_than_a_hundred_people_behind_a_code_are_refused(corp):
    for number in range(100):
        member = {"userid": f"m{number}", "department_ids": [2]}
        corp.twin.admin("POST", f"corps/{CORP_ID}/members", **member)

    answers = [corp.post(ADD, type=2, scene=2, party=[2])["errcode"]]
    corp.twin.admin("POST", f"corps/{CORP_ID}/members", userid="m99", department_ids=[1])
    answers.append(corp.post(ADD, type=2, scene=2, party=[2])["errcode"])

    assert answers == [41041, 0]


def test_quota_ends(corp):
    corp.twin.admin("POST", "settings", contact_way_cap=1)

    assert [corp.post(ADD, **SINGLE)["errcode"] for _ in range(2)] == [0, 41045]


def test_update_overwrites_lists_and_keeps_the_rest(corp):
    config_id = corp.post(ADD, **SINGLE, state="s1", remark="海报")["config_id"]

    corp.post("externalcontact/update_contact_way", config_id=config_id, user=["dee"])

    way = corp.post("externalcontact/get_contact_way", config_id=config_id)["contact_way"]
    assert (way["user"], way["state"], way["remark"]) == (["dee"], "s1", "海报")
    assert way["skip_verify"] is True


def test_type_and_scene_cannot_be_updated(corp):
    config_id = corp.post(ADD, **SINGLE)["config_id"]

    answer = corp.post("externalcontact/update_contact_way", config_id=config_id, type=2)

    assert answer["errcode"] == 40058


def test_deleted_code_is_unknown_and_cannot_be_scanned(corp):
    config_id = corp.post(ADD, **SINGLE)["config_id"]
    person = corp.twin.admin("POST", "people", name="小林")["person"]

    assert corp.post("externalcontact/del_contact_way", config_id=config_id)["errcode"] == 0

    assert corp.post("externalcontact/get_contact_way", config_id=config_id)["errcode"] == 41044
    scan = {"person": person, "config_id": config_id}
    assert http.post(f"{corp.twin.base}/_twin/act/scan_way", json=scan).status_code == 404


def test_code_of_another_corp_is_unknown(corp):
    config_id = corp.post(ADD, **SINGLE)["config_id"]
    corp.twin.admin("POST", "corps", corp_id="wwbreeze", agent_id=7, secret="other")
    query = {"corpid": "wwbreeze", "corpsecret": "other"}
    corp.token = http.get(f"{corp.twin.base}/cgi-bin/gettoken", params=query).json()["access_token"]

    for api in ("get_contact_way", "del_contact_way"):
        assert corp.post(f"externalcontact/{api}", config_id=config_id)["errcode"] == 41044


def test_list_pages_through_every_code_once(corp):
    made = [corp.post(ADD, **SINGLE)["config_id"] for _ in range(5)]
    seen, cursor = [], ""
    for _ in range(3):
        answer = corp.post("externalcontact/list_contact_way", limit=2, cursor=cursor)
        seen += [way["config_id"] for way in answer["contact_way"]]
        cursor = answer.get("next_cursor", "")

    assert (seen, cursor) == (made, "")


def test_scanning_the_picture_adds_the_guide(corp):
    way = corp.post(ADD, **SINGLE, state="s1")
    person = corp.twin.admin("POST", "people", name="小林")["person"]

    added = corp.twin.admin("POST", "act/scan_way", person=person, qr_code=way["qr_code"])

    assert (added["userid"], added["state"], added["already"]) == ("cai", "s1", False)


def make_link(corp, **body):
    wanted = {"link_name": "包裹卡", "range": {"user_list": ["cai"]}, **body}
    return corp.post(f"{LINKS}/create_link", **wanted)


def test_channel_of_a_link_becomes_the_state_cut_at_64_bytes(corp):
    link_id = make_link(corp)["link"]["link_id"]

    added = corp.customer(link_id=link_id, customer_channel="x" * 70)

    listed = corp.post(f"{LINKS}/customer", link_id=link_id)["customer_list"]
    read = corp.get("externalcontact/get", external_userid=added["external_userid"])
    assert added["state"] == "x" * 64
    assert listed == [
        {
            "external_userid": added["external_userid"],
            "userid": "cai",
            "chat_status": 0,
            "state": "x" * 64,
        }
    ]
    assert read["follow_user"][0]["add_way"] == 16


def test_link_tells_of_the_request_and_of_the_first_chat(corp):
    link_id = make_link(corp)["link"]["link_id"]
    added = corp.customer(link_id=link_id, customer_channel="scan1")
    who = {"corp_id": CORP_ID, "userid": added["userid"], "person": added["person"]}
    corp.twin.admin("POST", "act/chat", **who)

    events = corp.twin.log("callback.event")

    assert [e["fields"]["ChangeType"] for e in events] == [
        "friend_request", "add_external_contact", "customer_start_chat",
    ]  # fmt: skip
    assert events[0]["fields"] == {
        "ChangeType": "friend_request",
        "LinkId": link_id,
        "State": "scan1",
    }


def test_link_is_read_updated_listed_and_deleted(corp):
    link = make_link(corp)["link"]
    same = {"link_id": link["link_id"]}

    corp.post(f"{LINKS}/update_link", **same, link_name="新名", range={"user_list": ["dee"]})
    read = corp.post(f"{LINKS}/get", **same)
    listed = corp.post(f"{LINKS}/list_link")["link_id_list"]
    corp.post(f"{LINKS}/delete_link", **same)

    assert (read["link"]["link_name"], read["range"]["user_list"]) == ("新名", ["dee"])
    assert read["link"]["url"] == link["url"]
    assert listed == [link["link_id"]]
    assert corp.post(f"{LINKS}/get", **same)["errcode"] == 40058
    assert corp.post(f"{LINKS}/list_link")["link_id_list"] == []


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"link_name": "字" * 31}, 40058),
        ({"range": {}}, 40063),
        ({"range": {"user_list": ["nobody"]}}, 40003),
        ({"range": {"user_list": ["cai"] * 501}}, 40031),
        ({"range": {"department_list": [99]}}, 60123),
        ({"colour": "red"}, 40058),
    ],
)
def test_wrong_link_is_refused(corp, body, errcode):
    assert make_link(corp, **body)["errcode"] == errcode
