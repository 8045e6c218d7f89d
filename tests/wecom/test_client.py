"""What upstream's bad days come to: typed, bounded, and never done twice by us."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.context import tkey
from core.errors import Outcome, PortFailure
from tests.wecom.conftest import Corp
from wecom.client import CorpClient
from wecom.models import WecomApp
from wecom.redis_link import find_redis
from wecom.tokens import Tokens

pytestmark = pytest.mark.django_db

API = "externalcontact/get_corp_tag_list"


def failure_of(corp: Corp, *, repeatable: bool) -> PortFailure:
    with pytest.raises(PortFailure) as caught:
        CorpClient(corp.app).post(API, {}, repeatable=repeatable, seconds=0.5)
    return caught.value


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("http500", "http_500"),
        ("html502", "http_502"),
        ("empty", "bad_answer"),
        ("truncate", "bad_answer"),
        ("timeout_before", "no_answer"),
        ("timeout_after", "no_answer"),
        ("reset_before", "no_answer"),
        ("reset_after", "no_answer"),
    ],
)
def test_a_lost_answer_is_retryable_only_where_repeating_is_harmless(
    mode: str, code: str, corp: Corp
) -> None:
    corp.break_next(API, mode, times=2)

    careless = failure_of(corp, repeatable=True)
    careful = failure_of(corp, repeatable=False)

    assert (careless.code, careless.outcome) == (code, Outcome.RETRYABLE)
    assert (careful.code, careful.outcome) == (code, Outcome.UNKNOWN)


def test_a_call_that_never_left_is_retryable_even_where_repeating_is_not(
    corp: Corp, settings: Any
) -> None:
    CorpClient(corp.app).post(API, {})
    settings.WECOM_API_BASE = "http://127.0.0.1:9"

    found = failure_of(corp, repeatable=False)

    assert (found.code, found.outcome) == ("unreachable", Outcome.RETRYABLE)


@pytest.mark.parametrize(
    ("errcode", "outcome"),
    [
        (-1, Outcome.RETRYABLE),
        (45033, Outcome.RETRYABLE),
        (41063, Outcome.RETRYABLE),
        (6000, Outcome.RETRYABLE),
        (60020, Outcome.REJECTED),
        (48002, Outcome.REJECTED),
        (60011, Outcome.REJECTED),
        (84061, Outcome.REJECTED),
        (40058, Outcome.REJECTED),
    ],
)
def test_an_errcode_decides_the_outcome(errcode: int, outcome: Outcome, corp: Corp) -> None:
    corp.break_next(API, "errcode", errcode=errcode)

    found = failure_of(corp, repeatable=False)

    assert (found.code, found.outcome) == (str(errcode), outcome)
    assert found.text
    assert len(corp.calls(API)) == 1, "the client itself must not try again"


@pytest.mark.parametrize("errcode", [42001, 40014, 40001])
def test_a_rejected_token_is_renewed_once_and_the_call_tried_once_more(
    errcode: int, corp: Corp
) -> None:
    client = CorpClient(corp.app)
    client.post(API, {})
    corp.break_next(API, "errcode", errcode=errcode)

    client.post(API, {})

    assert [call["errcode"] for call in corp.calls(API)] == [0, errcode, 0]
    assert len(corp.calls("gettoken")) == 2


def test_a_token_that_is_always_rejected_stays_cheap(corp: Corp) -> None:
    corp.break_next(API, "errcode", times=50, errcode=42001)

    found = [failure_of(corp, repeatable=True).code for _ in range(4)]

    assert found[0] == "42001"
    assert found[-1] == "token_refused"
    assert len(corp.calls("gettoken")) <= 2


def test_neither_another_app_nor_another_secret_meets_a_token(corp: Corp) -> None:
    CorpClient(corp.app).post(API, {})
    other_app = WecomApp(corp_id=corp.corp_id, agent_id="1000003", secret="its own")
    other_secret = WecomApp(corp_id=corp.corp_id, agent_id="1000002", secret="changed")

    for app in (other_app, other_secret):
        with pytest.raises(PortFailure) as caught:
            CorpClient(app).post(API, {})
        assert caught.value.code == "40001"


@pytest.mark.usefixtures("without_redis")
def test_without_redis_the_token_waits_in_the_table(corp: Corp) -> None:
    for _ in range(3):
        CorpClient(corp.app).post(API, {})

    assert len(corp.calls("gettoken")) == 1


@pytest.mark.usefixtures("without_redis")
def test_without_redis_a_rejected_token_is_renewed_too(corp: Corp) -> None:
    CorpClient(corp.app).post(API, {})
    corp.break_next(API, "errcode", errcode=40014)

    CorpClient(corp.app).post(API, {})

    assert len(corp.calls("gettoken")) == 2


def test_many_threads_fetch_one_token() -> None:
    fetched: list[int] = []
    slow = threading.Event()

    def fetch() -> tuple[str, int]:
        fetched.append(1)
        slow.wait(0.2)
        return f"T-{len(fetched)}", 7200

    with ThreadPoolExecutor(8) as pool:
        name = f"test-{id(slow)}"
        found = list(pool.map(lambda _: Tokens(name, fetch).current(), range(8)))

    assert (set(found), len(fetched)) == ({"T-1"}, 1)


def test_a_wrong_secret_is_named_and_not_retried(corp: Corp) -> None:
    corp.app.secret = "wrong"

    found = failure_of(corp, repeatable=True)

    assert (found.code, found.outcome) == ("40001", Outcome.REJECTED)
    assert "Secret" in found.text


def test_a_token_is_sealed_where_it_is_kept(corp: Corp) -> None:
    CorpClient(corp.app).post(API, {})
    link = find_redis()
    assert link is not None

    kept = [link.hgetall(key) for key in link.scan_iter(tkey("token", "corp:*"), count=1000)]

    assert kept
    token = CorpClient(corp.app)._tokens.current()
    assert all(token not in str(fields) for fields in kept)


@pytest.mark.parametrize("mode", ["http500", "reset_before"])
def test_a_call_that_got_no_token_was_not_tried(mode: str, corp: Corp) -> None:
    corp.break_next("gettoken", mode)

    with pytest.raises(PortFailure) as refused:
        CorpClient(corp.app).post("externalcontact/add_msg_template", {}, repeatable=False)

    assert (refused.value.code, refused.value.outcome) == ("token_unavailable", Outcome.RETRYABLE)
