"""Guides log in through WeCom, with a state that belongs to their own browser."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from core import ports
from core.errors import PortFailure
from org.contracts import StaffDirectory
from tests.world import Browser, World, client_for

pytestmark = pytest.mark.django_db


class FakeDirectory:
    """Knows one code, once."""

    def __init__(self) -> None:
        self.codes = {"good": "WX_CAI", "stranger": "nobody"}

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        return f"https://open.example/authorize?redirect_uri={redirect_uri}&state={state}"

    def identify(self, code: str) -> str:
        if code not in self.codes:
            raise PortFailure("40029", "授权码无效")
        return self.codes.pop(code)


@pytest.fixture(autouse=True)
def directory() -> Iterator[FakeDirectory]:
    fake = FakeDirectory()
    former = ports.swap(StaffDirectory, fake)
    yield fake
    ports.swap(StaffDirectory, former)


def state_of(browser: Browser, path: str = "/g/login") -> str:
    response = browser.get(path)
    assert response.status_code == 302
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query["redirect_uri"][0].endswith("/g/login/callback")
    return query["state"][0]


def test_a_guide_comes_back_logged_in_where_they_wanted(world: World) -> None:
    browser = client_for(None)
    state = state_of(browser, "/g/login?next=/g/me")

    response = browser.get(f"/g/login/callback?code=good&state={state}")

    assert response.headers["Location"] == "/g/me"
    assert "蔡" in browser.get("/g/me").content.decode()


def test_a_state_of_another_browser_is_refused(world: World, directory: FakeDirectory) -> None:
    stolen = state_of(client_for(None))
    browser = client_for(None)
    state_of(browser)

    response = browser.get(f"/g/login/callback?code=good&state={stolen}")

    assert response.status_code == 403
    assert "这次登录已失效" in response.content.decode()
    assert "good" in directory.codes
    assert browser.get("/g/me").status_code == 302


def test_a_state_serves_once(world: World, directory: FakeDirectory) -> None:
    browser = client_for(None)
    state = state_of(browser)
    browser.get(f"/g/login/callback?code=bad&state={state}")

    response = browser.get(f"/g/login/callback?code=good&state={state}")

    assert response.status_code == 403
    assert "good" in directory.codes


def test_without_a_state_nobody_enters(world: World, directory: FakeDirectory) -> None:
    response = client_for(None).get("/g/login/callback?code=good&state=")

    assert response.status_code == 403
    assert "good" in directory.codes


@pytest.mark.parametrize(
    ("code", "words"), [("bad", "授权码无效"), ("stranger", "还没有为您开通账号")]
)
def test_who_is_not_known_is_told_so(world: World, code: str, words: str) -> None:
    browser = client_for(None)
    state = state_of(browser)

    response = browser.get(f"/g/login/callback?code={code}&state={state}")

    assert response.status_code == 403
    assert words in response.content.decode()


def test_somebody_who_left_is_not_let_in(world: World) -> None:
    world.cai.is_active = False
    world.cai.save()
    browser = client_for(None)
    state = state_of(browser)

    assert browser.get(f"/g/login/callback?code=good&state={state}").status_code == 403


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/g/", "/settings/jobs"])
def test_the_way_back_stays_in_the_guides_pages(world: World, target: str) -> None:
    browser = client_for(None)
    state = state_of(browser, f"/g/login?next={target}")

    response = browser.get(f"/g/login/callback?code=good&state={state}")

    assert response.headers["Location"] == "/g/"


def test_leaving_ends_the_session(world: World) -> None:
    browser = client_for(world.cai)

    assert browser.post("/g/logout").status_code == 200
    assert browser.get("/g/").status_code == 302
