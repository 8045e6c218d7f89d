"""Guides through WeCom, customers through the 公众号, pages through their signatures."""

from urllib.parse import parse_qs, urlsplit

import pytest

from core.errors import InvalidInput, PortFailure
from tests.wecom.conftest import Corp, Mp
from wecom.logins import MpCustomerDirectory, WecomStaffDirectory
from wecom.signer import WechatPageSigner, sign

pytestmark = pytest.mark.django_db

BACK = "https://m.aurora.localhost/login/back?next=/mall"


def person_of(mp: Mp) -> dict[str, str]:
    return dict(mp.twin.post("people", name="伊芙"))


def test_a_silent_login_tells_the_openid(mp: Mp) -> None:
    directory, person = MpCustomerDirectory(), person_of(mp)

    code = mp.twin.consent(person["person"], directory.authorize_url(BACK, "s1"))
    first = directory.identify(code)
    code = mp.twin.consent(person["person"], directory.authorize_url(BACK, "s2"))

    assert first.appid == mp.appid
    assert first.openid
    assert (first.nickname, first.is_snapshot) == ("", False)
    assert directory.identify(code).openid == first.openid


def test_a_consented_login_tells_the_nickname_and_the_unionid(mp: Mp) -> None:
    directory, person = MpCustomerDirectory(), person_of(mp)
    url = directory.authorize_url(BACK, "s1", "snsapi_userinfo")

    found = directory.identify(mp.twin.consent(person["person"], url))

    assert (found.nickname, found.unionid) == ("伊芙", person["unionid"])


def test_a_snapshot_is_told_apart(mp: Mp) -> None:
    directory, person = MpCustomerDirectory(), person_of(mp)
    mp.twin.post("settings", snapshot_user=True)
    url = directory.authorize_url(BACK, "s1", "snsapi_userinfo")

    found = directory.identify(mp.twin.consent(person["person"], url))
    mp.twin.post("settings", snapshot_user=False)

    assert found.is_snapshot


def test_a_guide_is_told_by_userid(corp: Corp) -> None:
    directory, userid = WecomStaffDirectory(), f"guide_of_{corp.corp_id}"
    corp.twin.post(f"corps/{corp.corp_id}/members", userid=userid, name="导购")
    url = directory.authorize_url("https://aurora.localhost/g/back", "s1")

    assert directory.identify(corp.twin.consent(userid, url)) == userid


def test_somebody_from_outside_is_no_member(corp: Corp) -> None:
    directory, person = WecomStaffDirectory(), corp.person()["person"]
    url = directory.authorize_url("https://aurora.localhost/g/back", "s1")

    code = corp.twin.consent(person, url)

    with pytest.raises(PortFailure) as caught:
        directory.identify(code)
    assert caught.value.code == "not_member"


def test_a_code_works_once(mp: Mp) -> None:
    directory, person = MpCustomerDirectory(), person_of(mp)
    code = mp.twin.consent(person["person"], directory.authorize_url(BACK, "s1"))
    directory.identify(code)

    with pytest.raises(PortFailure) as caught:
        directory.identify(code)

    assert caught.value.code == "40163"


@pytest.mark.parametrize("code", ["", " ", "a b", "一", "x" * 513, "a\x00b", "a\nb"])
def test_what_is_no_code_is_not_sent_upstream(code: str, mp: Mp, corp: Corp) -> None:
    with pytest.raises(InvalidInput):
        MpCustomerDirectory().identify(code)
    with pytest.raises(InvalidInput):
        WecomStaffDirectory().identify(code)

    assert corp.calls("auth/getuserinfo") == []


def test_an_unknown_code_is_refused(mp: Mp, corp: Corp) -> None:
    with pytest.raises(PortFailure) as customer:
        MpCustomerDirectory().identify("nobody")
    with pytest.raises(PortFailure) as guide:
        WecomStaffDirectory().identify("nobody")

    assert (customer.value.code, guide.value.code) == ("40029", "40029")


def test_the_authorize_address_keeps_the_way_back(mp: Mp) -> None:
    url = MpCustomerDirectory().authorize_url(BACK, "s1", "snsapi_userinfo")

    query = parse_qs(urlsplit(url).query)
    assert url.endswith("#wechat_redirect")
    assert query["redirect_uri"] == [BACK]
    assert query["scope"] == ["snsapi_userinfo"]
    assert (query["appid"], query["state"]) == ([mp.appid], ["s1"])


def test_a_guides_authorize_address_names_the_app(corp: Corp) -> None:
    url = WecomStaffDirectory().authorize_url("https://aurora.localhost/g/back", "s1")

    query = parse_qs(urlsplit(url).query)
    assert (query["appid"], query["agentid"]) == ([corp.corp_id], ["1000002"])


@pytest.mark.parametrize("state", ["", "a-b", "状态", "x" * 129])
def test_a_state_wechat_would_refuse_is_a_bug_of_ours(state: str, mp: Mp) -> None:
    with pytest.raises(ValueError, match="state"):
        MpCustomerDirectory().authorize_url(BACK, state)


def test_a_customers_page_is_signed_with_the_account(mp: Mp) -> None:
    made = WechatPageSigner().sign_customer_page("https://m.aurora.localhost/mall#top")

    assert (made.appid, made.agent_id) == (mp.appid, "")
    assert len(made.signature) == 40


def test_a_staff_page_and_the_app_have_tickets_of_their_own(corp: Corp) -> None:
    url = "https://aurora.localhost/g/"

    page, app = WechatPageSigner().sign_staff_page(url), WechatPageSigner().sign_staff_agent(url)

    assert (page.agent_id, app.agent_id) == ("", "1000002")
    assert sign("t", page.nonce, page.timestamp, url) != page.signature
    assert len(corp.calls("get_jsapi_ticket")) == len(corp.calls("ticket/get")) == 1


def test_a_ticket_is_fetched_once(corp: Corp) -> None:
    for _ in range(3):
        WechatPageSigner().sign_staff_page("https://aurora.localhost/g/")

    assert len(corp.calls("get_jsapi_ticket")) == 1


def test_without_a_connection_it_says_so(db: None) -> None:
    for call in (
        lambda: WecomStaffDirectory().identify("x"),
        lambda: MpCustomerDirectory().identify("x"),
    ):
        with pytest.raises(PortFailure) as caught:
            call()
        assert caught.value.code == "not_connected"
