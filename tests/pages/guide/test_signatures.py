"""What the share page needs to ask WeCom for a chat, and what it gets where it cannot."""

from collections.abc import Iterator

import pytest

from core import ports
from core.errors import Outcome, PortFailure
from members.contracts import PageSignature, PageSigner
from org.contracts import SiteUrls
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


class FakeSigner:
    def __init__(self) -> None:
        self.is_down = False

    def sign_customer_page(self, url: str) -> PageSignature:
        raise NotImplementedError

    def sign_staff_page(self, url: str) -> PageSignature:
        if self.is_down:
            raise PortFailure("timeout", outcome=Outcome.RETRYABLE)
        return PageSignature("corp", 1, "n1", f"page of {url}")

    def sign_staff_agent(self, url: str) -> PageSignature:
        return PageSignature("corp", 2, "n2", "agent", "1000002")


@pytest.fixture
def signer() -> Iterator[FakeSigner]:
    fake = FakeSigner()
    former = ports.swap(PageSigner, fake)
    yield fake
    ports.swap(PageSigner, former)


def ask(world: World, url: str) -> tuple[int, dict[str, object]]:
    response = client_for(world.cai).get("/g/jssdk", {"url": url})
    return response.status_code, response.json()


def own(path: str) -> str:
    return ports.get(SiteUrls).staff_url(path)


def test_an_own_page_is_signed_for_corp_and_app(world: World, signer: FakeSigner) -> None:
    status, answer = ask(world, own("/g/goods/1"))

    assert status == 200
    page, agent = answer["page"], answer["agent"]
    assert isinstance(page, dict)
    assert isinstance(agent, dict)
    assert page["signature"] == f"page of {own('/g/goods/1')}"
    assert agent["agent_id"] == "1000002"


@pytest.mark.parametrize("url", ["", "https://evil.example/g/", "/g/"])
def test_a_foreign_page_is_not_signed(world: World, signer: FakeSigner, url: str) -> None:
    assert ask(world, url) == (422, {"code": "foreign_address"})


def test_where_wecom_does_not_answer_the_page_is_told(world: World, signer: FakeSigner) -> None:
    signer.is_down = True

    assert ask(world, own("/g/goods/1")) == (503, {"code": "timeout"})
