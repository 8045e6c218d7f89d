"""One contract for `Greeter`, kept by the fake and by the adapter against the twin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.errors import Outcome, PortFailure
from outreach.contracts import Greeter, Link
from tests.outreach.fakes import FakeGreeter
from tests.wecom.conftest import Corp
from wecom.greeter import WecomGreeter

pytestmark = pytest.mark.django_db

LINK = Link("领取福利", "https://m.aurora.localhost/card/claim/abc")


@dataclass
class Bench:
    greeter: Greeter
    new_code: Callable[[], str]
    lose_next: Callable[[], None]
    delivered: Callable[[], list[str]]
    """Texts and link titles the person sees, in order."""


def fake_bench() -> Bench:
    fake = FakeGreeter()
    codes = iter(f"WC-{number}" for number in range(99))
    return Bench(
        fake,
        lambda: next(codes),
        lambda: fake.script.append("lost"),
        lambda: [word for _, text, link in fake.delivered for word in _words(text, link)],
    )


def _words(text: str, link: Link | None) -> list[str]:
    return [text, *([link.title] if link else [])]


def twin_bench(corp: Corp) -> Bench:
    people: list[str] = []

    def new_code() -> str:
        people.append(corp.person()["person"])
        return str(corp.add(people[-1], userid="wx_cai")["welcome_code"])

    def delivered() -> list[str]:
        shown = [corp.twin.get("messages", person=person)["messages"] for person in people]
        return [_shown(message) for messages in shown for message in messages]

    return Bench(
        WecomGreeter(),
        new_code,
        lambda: corp.break_next("externalcontact/send_welcome_msg", "reset_after"),
        delivered,
    )


def _shown(message: dict[str, Any]) -> str:
    content = message["content"]
    return str(content.get("content") or content.get("title"))


@pytest.fixture(params=["fake", "twin"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        return fake_bench()
    return twin_bench(request.getfixturevalue("corp"))


def test_a_code_greets_with_a_text_and_a_link(bench: Bench) -> None:
    bench.greeter.send(bench.new_code(), "您好，我是小蔡", LINK)

    assert bench.delivered() == ["您好，我是小蔡", "领取福利"]


def test_a_text_alone_is_enough(bench: Bench) -> None:
    bench.greeter.send(bench.new_code(), "您好", None)

    assert bench.delivered() == ["您好"]


def test_a_used_code_is_refused_as_already_greeted(bench: Bench) -> None:
    code = bench.new_code()
    bench.greeter.send(code, "您好", None)

    with pytest.raises(PortFailure) as caught:
        bench.greeter.send(code, "您好", None)

    assert (caught.value.code, caught.value.outcome) == ("41051", Outcome.REJECTED)
    assert bench.delivered() == ["您好"]


def test_a_lost_answer_is_unknown_and_the_next_try_tells(bench: Bench) -> None:
    code = bench.new_code()
    bench.lose_next()

    with pytest.raises(PortFailure) as lost:
        bench.greeter.send(code, "您好", None)
    with pytest.raises(PortFailure) as told:
        bench.greeter.send(code, "您好", None)

    assert lost.value.outcome is Outcome.UNKNOWN
    assert told.value.code == "41051"
    assert bench.delivered() == ["您好"]


def test_an_unknown_code_is_refused(corp: Corp) -> None:
    with pytest.raises(PortFailure) as caught:
        WecomGreeter().send("NOBODY-HAS-THIS", "您好", None)

    assert (caught.value.code, caught.value.outcome) == ("41050", Outcome.REJECTED)


@pytest.mark.parametrize("errcode", [41096, -1, 45033])
def test_a_passing_trouble_is_retryable(errcode: int, corp: Corp) -> None:
    corp.break_next("externalcontact/send_welcome_msg", "errcode", errcode=errcode)

    with pytest.raises(PortFailure) as caught:
        WecomGreeter().send("ANY", "您好", None)

    assert (caught.value.code, caught.value.outcome) == (str(errcode), Outcome.RETRYABLE)


def test_a_long_text_is_cut_between_characters(corp: Corp) -> None:
    code = twin_bench(corp).new_code()

    WecomGreeter().send(code, "喜" * 2_000, Link("题" * 60, LINK.url, "述" * 300))

    sent = corp.calls("externalcontact/send_welcome_msg")[0]["body"]
    assert sent["text"]["content"] == "喜" * 1_333
    assert sent["attachments"][0]["link"]["title"] == "题" * 42
    assert sent["attachments"][0]["link"]["desc"] == "述" * 170
