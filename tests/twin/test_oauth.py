"""Authorisation in a browser, for corps and for 公众号, and what the codes are worth."""

from hashlib import sha1
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.twin.wecom_kit import CORP, browser, http

MP = {"appid": "wxaurora000000001", "secret": "mps3cr3t", "name": "Aurora 会员"}
SECRET = {"appid": MP["appid"], "secret": MP["secret"]}
AUTHORIZE = "/connect/oauth2/authorize"
BACK = "https://m.aurora.localhost/oauth?next=%2Fc%2F1"


@pytest.fixture
def mp(twin):
    twin.admin("POST", "mps", **MP, oauth_domains=["m.aurora.localhost"])
    return twin


def wish(scope="snsapi_base", **change):
    query = {"appid": MP["appid"], "redirect_uri": BACK, "response_type": "code"}
    return {**query, "scope": scope, "state": "S1", **change}


def landed(response):
    """The query of the redirect back to the product."""
    assert response.status_code == 302, response.text
    parts = urlsplit(response.headers["location"])
    assert (parts.netloc, parts.path) == ("m.aurora.localhost", "/oauth")
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def exchange(twin, code="", **change):
    query = {**SECRET, "code": code, "grant_type": "authorization_code", **change}
    return http.get(f"{twin.base}/sns/oauth2/access_token", params=query).json()


def person(twin, name="小林"):
    return twin.admin("POST", "people", name=name)


def test_base_scope_is_silent_and_gives_the_openid(mp):
    who = person(mp)
    query = landed(browser(mp, who["person"]).get(AUTHORIZE, params=wish()))

    answer = exchange(mp, query["code"])

    assert (query["next"], query["state"]) == ("/c/1", "S1")
    assert answer["openid"].startswith("o")
    assert len(answer["openid"]) == 28
    assert answer["scope"] == "snsapi_base"
    assert "unionid" not in answer
    assert "is_snapshotuser" not in answer


def test_code_works_once_and_for_its_account_only(mp):
    mp.admin("POST", "mps", appid="wxother", secret="x")
    query = landed(browser(mp, person(mp)["person"]).get(AUTHORIZE, params=wish()))

    codes = [
        exchange(mp, query["code"], **change).get("errcode", 0)
        for change in ({"appid": "wxother", "secret": "x"}, {}, {})
    ]

    assert codes == [40029, 0, 40163]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"appid": "wxnone"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "x", "code": "c"}, 40002),
        ({"code": "none"}, 40029),
        ({"code": ""}, 41008),
    ],
)
def test_wrong_exchange_is_refused(mp, change, errcode):
    assert exchange(mp, **change)["errcode"] == errcode


def test_nobody_yet_means_choosing_first_and_coming_back(mp):
    who = person(mp)
    phone = browser(mp)

    chooser = phone.get(AUTHORIZE, params=wish())
    location = chooser.headers["location"]
    came = phone.post(f"/phone/be/{who['person']}?{urlsplit(location).query}")

    assert (chooser.status_code, urlsplit(location).path) == (303, "/phone/who")
    assert landed(phone.get(came.headers["location"]))["state"] == "S1"


def test_userinfo_scope_asks_and_then_shows_the_profile(mp):
    mp.admin("POST", "mps", **MP, bound_to_open_platform=True)
    who = person(mp)
    phone = browser(mp, who["person"])

    sheet = phone.get(AUTHORIZE, params=wish("snsapi_userinfo"))
    query = landed(
        phone.post(AUTHORIZE, params=wish("snsapi_userinfo"), data={"decision": "allow"})
    )
    token = exchange(mp, query["code"])
    profile = http.get(
        f"{mp.base}/sns/userinfo",
        params={"access_token": token["access_token"], "openid": token["openid"]},
    ).json()

    assert (sheet.status_code, "允许" in sheet.text, "拒绝" in sheet.text) == (200, True, True)
    assert (profile["nickname"], profile["unionid"]) == ("小林", who["unionid"])
    assert token["unionid"] == who["unionid"]


def test_refusing_returns_the_state_without_a_code(mp):
    phone = browser(mp, person(mp)["person"])

    answer = phone.post(AUTHORIZE, params=wish("snsapi_userinfo"), data={"decision": "refuse"})

    assert landed(answer) == {"next": "/c/1", "state": "S1"}


def test_base_scope_gives_the_unionid_only_after_a_consent(mp):
    mp.admin("POST", "mps", **MP, bound_to_open_platform=True)
    phone = browser(mp, person(mp)["person"])

    def silent():
        return exchange(mp, landed(phone.get(AUTHORIZE, params=wish()))["code"])

    before = silent()
    phone.post(AUTHORIZE, params=wish("snsapi_userinfo"), data={"decision": "allow"})

    assert "unionid" not in before
    assert silent()["unionid"].startswith("o")


def test_base_token_cannot_read_the_profile(mp):
    query = landed(browser(mp, person(mp)["person"]).get(AUTHORIZE, params=wish()))
    token = exchange(mp, query["code"])

    def read(**change):
        wanted = {"access_token": token["access_token"], "openid": token["openid"], **change}
        return http.get(f"{mp.base}/sns/userinfo", params=wanted).json()["errcode"]

    assert read() == 48001
    assert read(openid="oNobody") == 40003
    assert read(access_token="none") == 40001
    auth = {"access_token": token["access_token"], "openid": token["openid"]}
    assert http.get(f"{mp.base}/sns/auth", params=auth).json()["errcode"] == 0


def test_snapshot_page_is_marked(mp):
    mp.admin("POST", "settings", snapshot_user=True)
    query = landed(browser(mp, person(mp)["person"]).get(AUTHORIZE, params=wish()))

    assert exchange(mp, query["code"])["is_snapshotuser"] == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"appid": "wxnone"}, "40013"),
        ({"scope": "snsapi_privateinfo"}, "10005"),
        ({"response_type": "token"}, "10004"),
        ({"state": "a-b"}, "84025"),
        ({"state": "x" * 129}, "84025"),
        ({"redirect_uri": "https://evil.example/oauth"}, "10003"),
        ({"redirect_uri": "https://m.aurora.localhost.evil.example/"}, "10003"),
        ({"redirect_uri": "javascript:alert(1)"}, "10003"),
        ({"redirect_uri": ""}, "10003"),
    ],
)
def test_wrong_request_is_a_page_and_no_redirect(mp, change, says):
    answer = browser(mp, person(mp)["person"]).get(AUTHORIZE, params=wish(**change))

    assert (answer.status_code, says in answer.text) == (400, True)


def test_chooser_never_leads_off_the_twin(mp):
    who = person(mp)["person"]

    for bad in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = browser(mp).post(f"/phone/be/{who}", params={"next": bad})
        assert answer.headers["location"] == "/phone/"


def member_code(corp, holder, scope="snsapi_base", **change):
    query = {"appid": CORP["corp_id"], "redirect_uri": BACK, "response_type": "code"}
    query |= {"scope": scope, "agentid": str(CORP["agent_id"]), **change}
    phone = browser(corp.twin, holder)
    if scope == "snsapi_base":
        return landed(phone.get(AUTHORIZE, params=query))["code"]
    return landed(phone.post(AUTHORIZE, params=query, data={"decision": "allow"}))["code"]


def test_member_logs_in_once_per_code(corp):
    code = member_code(corp, "cai")

    answers = [corp.get("auth/getuserinfo", code=code) for _ in range(2)]

    assert answers[0] == {"errcode": 0, "errmsg": "ok", "userid": "cai"}
    assert answers[1]["errcode"] == 42022
    assert corp.get("auth/getuserinfo", code="none")["errcode"] == 40029


def test_customer_in_a_corps_page_has_openid_and_external_userid(corp):
    stranger = person(corp.twin)["person"]
    customer = corp.customer()

    seen = [
        corp.get("auth/getuserinfo", code=member_code(corp, who))
        for who in (stranger, customer["person"])
    ]

    assert "userid" not in seen[0]
    assert "external_userid" not in seen[0]
    assert seen[1]["external_userid"] == customer["external_userid"]


def test_member_of_another_corp_is_a_stranger(corp):
    corp.twin.admin("POST", "corps", corp_id="wwbreeze", agent_id=7, secret="other")
    corp.twin.admin("POST", "corps/wwbreeze/members", userid="zed", name="泽")

    assert "userid" not in corp.get("auth/getuserinfo", code=member_code(corp, "zed"))


def test_private_scope_gives_a_ticket_for_the_details(corp):
    where = f"corps/{CORP['corp_id']}/members"
    corp.twin.admin("POST", where, userid="cai", name="蔡", mobile="13800000000")
    code = member_code(corp, "cai", "snsapi_privateinfo")
    ticket = corp.get("auth/getuserinfo", code=code)["user_ticket"]

    detail = corp.post("auth/getuserdetail", user_ticket=ticket)

    assert (detail["userid"], detail["mobile"]) == ("cai", "13800000000")
    assert corp.post("auth/getuserdetail", user_ticket="none")["errcode"] == 84015


def test_private_scope_needs_the_right_agent(corp):
    query = {"appid": CORP["corp_id"], "redirect_uri": BACK, "response_type": "code"}
    query |= {"scope": "snsapi_privateinfo", "agentid": "1"}

    answer = browser(corp.twin, "cai").get(AUTHORIZE, params=query)

    assert (answer.status_code, "40056" in answer.text) == (400, True)


def token_of(mp, **change):
    query = {**SECRET, "grant_type": "client_credential", **change}
    return http.get(f"{mp.base}/cgi-bin/token", params=query).json()


def stable(mp, **change):
    body = {**SECRET, "grant_type": "client_credential", **change}
    return http.post(f"{mp.base}/cgi-bin/stable_token", json=body).json()["access_token"]


def test_plain_token_changes_and_the_stable_one_stays(mp):
    first, second = token_of(mp)["access_token"], token_of(mp)["access_token"]
    kept = stable(mp)

    assert first != second
    assert stable(mp) == kept
    assert stable(mp, force_refresh=True) != kept
    assert token_of(mp, secret="wrong")["errcode"] == 40125


def test_ticket_signs_a_page_for_wx_config(mp):
    token = stable(mp)
    query = {"access_token": token, "type": "jsapi"}

    first = http.get(f"{mp.base}/cgi-bin/ticket/getticket", params=query).json()
    second = http.get(f"{mp.base}/cgi-bin/ticket/getticket", params=query).json()

    assert first["ticket"] == second["ticket"]
    assert config(mp, first["ticket"], "https://m.aurora.localhost/c/1") == "ok"
    assert config(mp, "other-ticket", "https://m.aurora.localhost/c/1") == "invalid signature"
    bad = http.get(f"{mp.base}/cgi-bin/ticket/getticket", params={"access_token": "x"})
    assert bad.json()["errcode"] == 40001


def config(mp, ticket, url):
    raw = f"jsapi_ticket={ticket}&noncestr=n&timestamp=1&url={url}"
    body = {"appId": MP["appid"], "timestamp": "1", "nonceStr": "n", "url": url}
    body["signature"] = sha1(raw.encode()).hexdigest()
    return http.post(f"{mp.base}/_twin/phone/config", json=body).json()["message"]
