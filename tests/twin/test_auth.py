"""gettoken, tokens that end, the answers' form, tickets."""

import pytest

from tests.twin.wecom_kit import CORP, http

BAD = [
    ({"corpsecret": "s3cr3t"}, 41002),
    ({"corpid": CORP["corp_id"]}, 41004),
    ({"corpid": "wwnobody", "corpsecret": "s3cr3t"}, 40013),
    ({"corpid": CORP["corp_id"], "corpsecret": "wrong"}, 40001),
]


@pytest.mark.parametrize(("query", "errcode"), BAD)
def test_gettoken_refuses(corp, query, errcode):
    answer = http.get(f"{corp.twin.base}/cgi-bin/gettoken", params=query)

    assert answer.status_code == 200
    assert answer.json()["errcode"] == errcode
    assert "access_token" not in answer.json()


def test_gettoken_gives_the_same_token_until_it_ends(corp):
    first, second = corp.fetch_token(), corp.fetch_token()

    assert first["access_token"] == second["access_token"]
    assert 7190 <= first["expires_in"] <= 7200


def test_gettoken_rotates_where_it_is_set_and_the_old_token_still_works(corp):
    corp.twin.admin("POST", "settings", rotate_token_on_fetch=True)

    assert corp.fetch_token()["access_token"] != corp.token
    assert corp.get("getcallbackip")["errcode"] == 0


def test_secret_of_another_corp_is_named_as_such(corp):
    corp.twin.admin("POST", "corps", corp_id="wwbreeze", agent_id=7, secret="other")
    query = {"corpid": CORP["corp_id"], "corpsecret": "other"}

    answer = http.get(f"{corp.twin.base}/cgi-bin/gettoken", params=query).json()

    assert answer["errcode"] == 40091


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("nonsense", 40014)])
def test_call_without_a_good_token_is_refused(corp, token, errcode):
    corp.token = token

    assert corp.get("user/get", userid="cai")["errcode"] == errcode


def test_token_expires(corp):
    corp.twin.admin("POST", "settings", token_ttl=-1, rotate_token_on_fetch=True)
    corp.token = corp.fetch_token()["access_token"]

    assert corp.get("getcallbackip")["errcode"] == 42001


def test_errmsg_carries_the_suffix_nobody_may_match_on(corp):
    message = corp.get("user/get", userid="nobody")["errmsg"]

    assert message.startswith("userid not found, hint: [")
    assert message.endswith("more info at https://open.work.weixin.qq.com/devtool/query?e=60111")


def test_app_without_permission_is_forbidden_that_api_only(corp):
    corp.twin.admin("POST", "corps", corp_id=CORP["corp_id"], denied_apis=["externalcontact/*"])

    assert corp.get("externalcontact/get_follow_user_list")["errcode"] == 48002
    assert corp.get("user/get", userid="cai")["errcode"] == 0


def test_corp_and_app_tickets_differ_and_are_cached(corp):
    corp_ticket = corp.get("get_jsapi_ticket")["ticket"]
    app_ticket = corp.get("ticket/get", type="agent_config")["ticket"]

    assert corp_ticket != app_ticket
    assert corp.get("get_jsapi_ticket")["ticket"] == corp_ticket


def test_app_ticket_is_limited_to_a_hundred_an_hour(corp):
    codes = [corp.get("ticket/get", type="agent_config")["errcode"] for _ in range(101)]

    assert codes == [0] * 100 + [45009]


def test_body_that_is_not_json_is_refused(corp):
    address = f"{corp.twin.base}/cgi-bin/externalcontact/mark_tag?access_token={corp.token}"

    for body in (b"{", b"[]", b"\xff"):
        assert http.post(address, content=body).json()["errcode"] == 47001


def test_unicode_escapes_are_refused_only_where_that_is_set(corp):
    address = f"{corp.twin.base}/cgi-bin/externalcontact/add_corp_tag?access_token={corp.token}"
    body = b'{"group_name":"\\u793c","tag":[{"name":"a"}]}'

    assert http.post(address, content=body).json()["errcode"] == 0
    corp.twin.admin("POST", "settings", refuse_unicode_escapes=True)
    assert http.post(address, content=body).json()["errcode"] == 40033


def test_the_log_keeps_calls_without_their_secrets(corp):
    corp.get("user/get", userid="cai")

    calls = corp.twin.log("wecom.call")

    assert [call["api"] for call in calls] == ["gettoken", "user/get"]
    assert calls[0]["query"] == {"corpid": CORP["corp_id"]}
    assert calls[1]["query"] == {"userid": "cai"}
