"""Codes for several groups, and what a corp's links have brought."""

import pytest

from tests.twin.groups_kit import act, group, person
from tests.twin.wecom_kit import browser, http

JOIN = "externalcontact/groupchat"
LINKS = "externalcontact/customer_acquisition"
DAY = 86_400


def made(corp, *chats, **more):
    body = {"scene": 2, "chat_id_list": list(chats), **more}
    answer = corp.post(f"{JOIN}/add_join_way", **body)
    assert answer["errcode"] == 0, answer
    return answer["config_id"]


def shown(corp, config_id):
    return corp.post(f"{JOIN}/get_join_way", config_id=config_id)["join_way"]


def test_a_new_code_tells_its_picture_only_when_asked(corp):
    chat = group(corp)

    answer = corp.post(f"{JOIN}/add_join_way", scene=2, chat_id_list=[chat], remark="字" * 40)

    assert set(answer) == {"errcode", "errmsg", "config_id"}
    way = shown(corp, answer["config_id"])
    assert way["remark"] == "字" * 30
    assert way["auto_create_room"] == 1
    assert http.get(way["qr_code"]).text.startswith("<svg")


BAD = [
    ({"scene": None}, 41038),
    ({"scene": 3}, 41040),
    ({"chat_id_list": None}, 40058),
    ({"chat_id_list": []}, 40058),
    ({"chat_id_list": ["wrNobody"]}, 86003),
    ({"room_base_name": "字" * 41}, 40058),
    ({"state": "字" * 31}, 40058),
    ({"auto_create_room": 2}, 40058),
]


@pytest.mark.parametrize(("change", "errcode"), BAD)
def test_a_wrong_code_is_refused(corp, change, errcode):
    body = {"scene": 2, "chat_id_list": [group(corp)], **change}
    given = {key: value for key, value in body.items() if value is not None}

    assert corp.post(f"{JOIN}/add_join_way", **given)["errcode"] == errcode


def test_more_than_five_groups_are_refused(corp):
    chats = [group(corp, name=f"{n}群") for n in range(6)]

    assert corp.post(f"{JOIN}/add_join_way", scene=2, chat_id_list=chats)["errcode"] == 41091
    assert made(corp, *chats[:5])


def test_codes_for_people_and_for_groups_share_one_quota(corp):
    corp.twin.admin("POST", "settings", contact_way_cap=2)
    chat = group(corp)
    made(corp, chat)
    single = {"type": 1, "scene": 2, "user": ["cai"]}
    assert corp.post("externalcontact/add_contact_way", **single)["errcode"] == 0

    assert corp.post("externalcontact/add_contact_way", **single)["errcode"] == 41045
    over = corp.post(f"{JOIN}/add_join_way", scene=2, chat_id_list=[chat])
    assert over["errcode"] == 41045


def test_whoever_scans_is_in_the_first_group_with_room_and_carries_the_state(corp):
    first, second = group(corp, name="一群"), group(corp, name="二群")
    corp.twin.admin("POST", "settings", group_member_cap=2)
    code = made(corp, first, second, state="gc_7")

    chats = [
        act(corp, "scan_join_way", person=person(corp, f"顾客{n}"), config_id=code)["chat_id"]
        for n in range(2)
    ]

    assert chats == [first, second]
    joined = corp.post(f"{JOIN}/get", chat_id=second)["group_chat"]["member_list"][-1]
    assert (joined["state"], joined["join_scene"]) == ("gc_7", 3)


def test_when_all_are_full_a_room_is_made_and_counted_on(corp):
    chat = group(corp, name="一群")
    corp.twin.admin("POST", "settings", group_member_cap=2)
    code = made(corp, chat, room_base_name="会员群", room_base_id=8)

    for number in range(3):
        act(corp, "scan_join_way", person=person(corp, f"顾客{number}"), config_id=code)

    way = shown(corp, code)
    names = [corp.post(f"{JOIN}/get", chat_id=c)["group_chat"]["name"] for c in way["chat_id_list"]]
    assert names == ["一群", "会员群8", "会员群9"]
    assert way["room_base_id"] == 10


def test_a_full_code_that_makes_no_rooms_lets_nobody_in(corp):
    chat = group(corp, name="一群")
    corp.twin.admin("POST", "settings", group_member_cap=1)
    code = made(corp, chat, auto_create_room=0)
    body = {"person": person(corp), "config_id": code}

    answer = http.post(f"{corp.twin.base}/_twin/act/scan_join_way", json=body)

    assert answer.status_code == 409


def test_an_update_overwrites_the_whole_code(corp):
    chat = group(corp)
    code = made(corp, chat, state="gc_1", auto_create_room=0)

    answer = corp.post(f"{JOIN}/update_join_way", config_id=code, scene=2, chat_id_list=[chat])

    assert answer["errcode"] == 0
    way = shown(corp, code)
    assert (way["state"], way["auto_create_room"]) == ("", 1)


def test_a_deleted_code_is_gone(corp):
    code = made(corp, group(corp))

    assert corp.post(f"{JOIN}/del_join_way", config_id=code)["errcode"] == 0
    assert corp.post(f"{JOIN}/get_join_way", config_id=code)["errcode"] == 41044


def _link(corp):
    made = corp.post(f"{LINKS}/create_link", link_name="门店", range={"user_list": ["cai"]})
    return made["link"]


def test_a_link_tells_who_was_added_and_what_quota_is_left(corp):
    corp.twin.admin("POST", "settings", acquisition_quota=2)
    link = _link(corp)
    body = {"link_id": link["link_id"], "customer_channel": "s1"}
    act(corp, "add", person=person(corp), **body)

    period = {"start_time": link["create_time"] - 60, "end_time": link["create_time"] + 600}
    told = corp.post(f"{LINKS}/statistic", link_id=link["link_id"], **period)

    assert (told["click_link_customer_cnt"], told["new_customer_cnt"]) == (0, 1)
    quota = corp.get("externalcontact/customer_acquisition_quota")
    assert (quota["total"], quota["balance"]) == (2, 1)


def test_the_last_of_the_quota_is_told_and_then_nobody_gets_through(corp):
    corp.twin.admin("POST", "settings", acquisition_quota=1)
    link_id = _link(corp)["link_id"]
    act(corp, "add", person=person(corp), link_id=link_id)

    body = {"link_id": link_id, "person": person(corp, "晚了")}
    answer = http.post(f"{corp.twin.base}/_twin/act/add", json=body)

    assert answer.status_code == 409
    changes = [row["fields"].get("ChangeType") for row in corp.twin.log("callback.event")]
    assert changes.count("balance_exhausted") == 1


def test_statistics_of_more_than_thirty_days_are_refused(corp):
    link = _link(corp)
    end = link["create_time"]
    period = {"start_time": end - 31 * DAY, "end_time": end}

    answer = corp.post(f"{LINKS}/statistic", link_id=link["link_id"], **period)

    assert answer["errcode"] == 40058


def test_a_friend_stays_a_friend_when_the_quota_is_used_up(corp):
    corp.twin.admin("POST", "settings", acquisition_quota=1)
    link_id, lin = _link(corp)["link_id"], person(corp)
    act(corp, "add", person=lin, link_id=link_id)

    assert act(corp, "add", person=lin, link_id=link_id)["already"] is True


def test_a_half_adding_and_its_confirmation_use_the_quota_once(corp):
    corp.twin.admin("POST", "settings", acquisition_quota=1)
    link_id, lin = _link(corp)["link_id"], person(corp)
    act(corp, "add", person=lin, link_id=link_id, half=True)
    act(corp, "add", person=lin, link_id=link_id)

    changes = [row["fields"].get("ChangeType") for row in corp.twin.log("callback.event")]
    assert changes.count("add_external_contact") == 1
    assert changes.count("balance_exhausted") == 1


def test_opening_a_link_counts_a_person_once_and_adding_is_counted_apart(corp):
    link = _link(corp)
    phones = [browser(corp.twin, person(corp, name)) for name in ("小林", "小周")]
    for phone in (*phones, phones[0]):
        assert phone.get(link["url"]).status_code == 200
    phones[0].post(link["url"])

    period = {"start_time": link["create_time"] - 60, "end_time": link["create_time"] + 600}
    told = corp.post(f"{LINKS}/statistic", link_id=link["link_id"], **period)

    assert (told["click_link_customer_cnt"], told["new_customer_cnt"]) == (2, 1)


def test_on_a_phone_the_code_shows_the_group_and_leads_into_it(corp):
    chat = group(corp, name="会员一群")
    way = shown(corp, made(corp, chat, room_base_name="会员群", state="gc_3"))
    lin = person(corp)
    phone = browser(corp.twin, lin)

    seen = phone.post("/phone/scan", data={"text": way["qr_code"]})
    asked = phone.get(f"/j/{way['config_id']}").text
    joined = phone.post(f"/j/{way['config_id']}")

    assert seen.headers["location"] == f"/j/{way['config_id']}"
    assert "会员群" in asked
    assert "加入群聊" in asked
    assert joined.headers["location"] == f"/phone/group/{chat}"
    [stay] = corp.post(f"{JOIN}/get", chat_id=chat)["group_chat"]["member_list"][1:]
    assert stay["state"] == "gc_3"


def test_on_a_phone_a_full_and_a_dead_code_say_so_and_nobody_is_in(corp):
    chat = group(corp)
    corp.twin.admin("POST", "settings", group_member_cap=1)
    code = made(corp, chat, auto_create_room=0)
    phone = browser(corp.twin, person(corp))

    full, dead = phone.post(f"/j/{code}"), phone.get(f"/j/{'0' * 32}")

    assert (full.status_code, "群聊人数已满" in full.text) == (409, True)
    assert (dead.status_code, "该二维码已失效" in dead.text) == (404, True)
    assert len(corp.post(f"{JOIN}/get", chat_id=chat)["group_chat"]["member_list"]) == 1


def test_a_phone_that_nobody_holds_asks_who_it_is_and_comes_back(corp):
    code = made(corp, group(corp))

    answer = http.get(f"{corp.twin.base}/j/{code}", follow_redirects=False)

    assert answer.headers["location"] == f"/phone/who?next=%2Fj%2F{code}"


def test_a_guide_who_scans_the_code_is_in_the_group_as_staff(corp):
    chat = group(corp, owner="cai")
    code = made(corp, chat)

    answer = browser(corp.twin, "dee").post(f"/j/{code}")

    assert answer.headers["location"] == f"/phone/group/{chat}"
    stays = corp.post(f"{JOIN}/get", chat_id=chat)["group_chat"]["member_list"]
    assert [(stay["userid"], stay["type"]) for stay in stays] == [("cai", 1), ("dee", 1)]
