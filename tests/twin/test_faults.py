"""Every fault, what it leaves done, and a restart."""

import signal

import httpx
import pytest

from tests.twin.wecom_kit import CORP, http

TAG = "externalcontact/add_corp_tag"
BODY = {"group_name": "等级", "tag": [{"name": "金卡"}]}


def order(corp, mode, **more):
    corp.twin.admin("POST", "faults", **{"api": TAG, "mode": mode, "times": 1, **more})


def call(corp, timeout=10):
    address = f"{corp.twin.base}/cgi-bin/{TAG}"
    return http.post(address, params={"access_token": corp.token}, json=BODY, timeout=timeout)


def done(corp):
    return len(corp.post("externalcontact/get_corp_tag_list")["tag_group"])


@pytest.mark.parametrize("errcode", [-1, 45009, 45033, 42001, 40014, 60020, 48002, 84061])
def test_ordered_errcode_is_answered_once_and_nothing_is_done(corp, errcode):
    order(corp, "errcode", errcode=errcode)

    assert call(corp).json()["errcode"] == errcode
    assert done(corp) == 0
    assert call(corp).json()["errcode"] == 0


@pytest.mark.parametrize(
    ("mode", "status", "body", "effect"),
    [
        ("http500", 500, b"Internal Server Error", 0),
        ("html502", 502, b"<html><body><center><h1>502 Bad Gateway</h1></center></body></html>", 0),
        ("empty", 200, b"", 1),
    ],
)
def test_broken_answers(corp, mode, status, body, effect):
    order(corp, mode)

    answer = call(corp)

    assert (answer.status_code, answer.content) == (status, body)
    assert done(corp) == effect


def test_truncated_answer_is_half_a_json_and_the_work_is_done(corp):
    order(corp, "truncate")

    answer = call(corp)

    assert answer.status_code == 200
    assert answer.text.startswith('{"errcode":0')
    with pytest.raises(ValueError, match=r".*"):
        answer.json()
    assert done(corp) == 1


@pytest.mark.parametrize(
    ("mode", "error", "effect"),
    [
        ("timeout_before", httpx.ReadTimeout, 0),
        ("timeout_after", httpx.ReadTimeout, 1),
        ("reset_before", (httpx.ReadError, httpx.RemoteProtocolError), 0),
        ("reset_after", (httpx.ReadError, httpx.RemoteProtocolError), 1),
    ],
)
def test_silence_before_or_after_the_work(corp, mode, error, effect):
    order(corp, mode)

    with pytest.raises(error):
        call(corp, timeout=0.8)
    assert done(corp) == effect


def test_hanging_ends_by_itself(corp):
    corp.twin.admin("POST", "settings", timeout_hold=0.1)
    order(corp, "timeout_before")

    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        call(corp)


def test_rate_is_a_share_decided_by_the_seed(corp):
    def codes(seed):
        corp.twin.admin("DELETE", "faults")
        order(corp, "errcode", api="user/*", errcode=-1, rate=0.5, times=None, seed=seed)
        return [corp.get("user/get", userid="cai")["errcode"] for _ in range(40)]

    first, again, other = codes(1), codes(1), codes(2)

    assert first == again
    assert first != other
    assert 8 <= first.count(-1) <= 32


MIXED = (
    ("errcode", -1, 0.2),
    ("errcode", 45009, 0.2),
    ("http500", None, 0.2),
    ("reset_after", None, 0.1),
    ("timeout_after", None, 0.1),
)


def mix(corp):
    corp.twin.admin("DELETE", "faults")
    corp.twin.admin("POST", "settings", timeout_hold=0.01)
    for mode, errcode, rate in MIXED:
        order(corp, mode, errcode=errcode, rate=rate, times=None, seed=7)


def outcome(corp, number):
    body = {"group_name": f"等级{number}", "tag": [{"name": "金卡"}]}
    address = f"{corp.twin.base}/cgi-bin/{TAG}"
    try:
        answer = http.post(address, params={"access_token": corp.token}, json=body)
    except (httpx.ReadError, httpx.RemoteProtocolError):
        return "reset"
    return answer.json()["errcode"] if answer.status_code == 200 else answer.status_code


def test_several_faults_of_one_api_each_break_their_own_share(corp):
    mix(corp)
    first = [outcome(corp, number) for number in range(200)]
    fired = [fault["fired"] for fault in corp.twin.admin("GET", "faults")["faults"]]
    mix(corp)
    again = [outcome(corp, number) for number in range(200, 400)]

    assert first == again
    assert sum(fired) == 200 - first.count(0)
    assert [first.count(code) for code in (-1, 45009, 500)] == fired[:3]
    assert first.count("reset") == fired[3] + fired[4]
    for count, (_, _, rate) in zip(fired, MIXED, strict=True):
        assert abs(count - 200 * rate) < 25


def test_shares_that_make_a_whole_leave_no_call_unbroken(corp):
    for errcode in (-1, 45009, 45033, 301022):
        order(corp, "errcode", api="user/*", errcode=errcode, rate=0.25, times=None)

    codes = [corp.get("user/get", userid="cai")["errcode"] for _ in range(120)]

    assert 0 not in codes
    assert set(codes) == {-1, 45009, 45033, 301022}


def test_two_faults_of_one_seed_do_not_break_the_same_calls(corp):
    def broken(errcode):
        corp.twin.admin("DELETE", "faults")
        order(corp, "errcode", api="user/*", errcode=errcode, rate=0.5, times=None, seed=3)
        return [corp.get("user/get", userid="cai")["errcode"] != 0 for _ in range(30)]

    assert broken(-1) != broken(45009)


def test_what_was_reset_after_the_work_is_in_the_log(corp):
    mix(corp)

    outcomes = [outcome(corp, number) for number in range(60)]

    corp.twin.admin("DELETE", "faults")
    did = [row for row in corp.twin.log("wecom.call") if row["api"] == TAG and not row["errcode"]]
    assert outcomes.count("reset") > 0
    assert len(did) == outcomes.count(0) + outcomes.count("reset")


@pytest.mark.parametrize(
    "api",
    [
        "externalcontact/add_msg_template",
        "externalcontact/get_groupmsg_list_v2",
        "externalcontact/get_groupmsg_task",
        "externalcontact/get_groupmsg_send_result",
        "externalcontact/remind_groupmsg_send",
        "externalcontact/cancel_groupmsg_send",
        "externalcontact/groupchat/list",
        "externalcontact/groupchat/get",
        "externalcontact/groupchat/statistic",
        "externalcontact/groupchat/statistic_group_by_day",
        "externalcontact/get_user_behavior_data",
        "externalcontact/add_moment_task",
    ],
)
def test_each_api_of_sends_and_groups_can_be_broken(corp, api):
    order(corp, "errcode", api=api, errcode=45033)
    order(corp, "http500", api=api)
    address = f"{corp.twin.base}/cgi-bin/{api}"

    answers = [http.post(address, params={"access_token": corp.token}, json={}) for _ in range(3)]

    assert answers[0].json()["errcode"] == 45033
    assert answers[1].status_code == 500
    assert answers[2].json()["errcode"] not in (0, 45033)


def test_fault_of_one_api_leaves_others_alone_and_a_star_means_all(corp):
    order(corp, "errcode", errcode=45009)
    assert corp.get("user/get", userid="cai")["errcode"] == 0

    order(corp, "errcode", api="*", errcode=45009, times=None)
    assert corp.get("user/get", userid="cai")["errcode"] == 45009
    assert corp.fetch_token()["errcode"] == 45009
    corp.twin.admin("DELETE", "faults")
    assert corp.get("user/get", userid="cai")["errcode"] == 0


def test_public_account_calls_break_in_their_own_form(corp):
    order(corp, "errcode", api="sns/*", errcode=-1)

    answer = http.get(f"{corp.twin.base}/sns/userinfo").json()

    assert answer["errcode"] == -1
    assert "rid:" in answer["errmsg"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_restart_forgets_nothing(corp, callback, number):
    corp.post(TAG, **BODY)
    added = corp.customer()
    callback.wait(1)
    before = corp.twin.log("wecom.call")

    corp.twin.stop(number)
    corp.twin.start()

    assert corp.twin.log("wecom.call") == before
    assert done(corp) == 1
    welcome = {"welcome_code": added["welcome_code"], "text": {"content": "您好"}}
    assert corp.post("externalcontact/send_welcome_msg", **welcome)["errcode"] == 0


def test_event_owed_at_a_kill_is_delivered_after_it(corp, callback):
    corp.twin.admin("POST", "settings", callback_delay=1.0)
    corp.customer()
    assert callback.requests == []

    corp.twin.stop(signal.SIGKILL)
    corp.twin.start()

    assert len(callback.wait(1)) == 1


def test_admin_says_what_is_wrong(corp):
    def status(path, **body):
        return http.post(f"{corp.twin.base}/_twin/{path}", json=body).status_code

    assert status("faults", api="x", mode="explode") == 400
    assert status("settings", no_such_knob=1) == 400
    assert status("act/add", person="pNobody", corp_id=CORP["corp_id"], userid="cai") == 404
    assert status("corps/wwnone/members", userid="x") == 404
    assert status("people") == 400
