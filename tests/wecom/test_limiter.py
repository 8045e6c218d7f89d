"""Under the platform's limits for each corp and API apart, with and without Redis."""

import contextlib
import secrets

import pytest

from core.errors import Outcome, PortFailure
from tests.wecom.conftest import Corp
from wecom import limiter
from wecom.client import CorpClient

pytestmark = pytest.mark.django_db

API = "externalcontact/get_corp_tag_list"


def new_corp() -> str:
    return f"ww{secrets.token_hex(8)}"


def admitted(corp_id: str, api: str, tries: int) -> int:
    count = 0
    for _ in range(tries):
        with contextlib.suppress(PortFailure):
            limiter.admit(corp_id, api)
            count += 1
    return count


def exhaust(corp_id: str) -> None:
    for _ in range(200):
        limiter.admit(corp_id, "a/b")


def test_a_burst_passes_and_a_flood_does_not() -> None:
    corp_id = new_corp()

    passed = admitted(corp_id, "a/b", 600)

    assert limiter.BURST <= passed < 600
    with pytest.raises(PortFailure) as caught:
        exhaust(corp_id)
    assert (caught.value.code, caught.value.outcome) == ("throttled", Outcome.RETRYABLE)
    assert 0 < (caught.value.retry_after or 0) < 1


@pytest.mark.usefixtures("without_redis")
def test_without_redis_a_process_takes_a_tenth() -> None:
    passed = admitted(new_corp(), "a/b", 300)

    assert limiter.BURST * limiter.ALONE_SHARE <= passed < limiter.BURST


def test_45009_pauses_that_corp_and_api_alone(corp: Corp) -> None:
    corp.break_next(API, "errcode", errcode=45009)
    client = CorpClient(corp.app)

    with pytest.raises(PortFailure) as first:
        client.post(API, {})
    with pytest.raises(PortFailure) as second:
        client.post(API, {})

    assert (first.value.code, first.value.retry_after) == ("45009", 60)
    assert second.value.code == "throttled"
    assert 0 < (second.value.retry_after or 0) <= 60
    assert len(corp.calls(API)) == 1
    client.get("department/list")
    limiter.admit(new_corp(), API)


@pytest.mark.usefixtures("without_redis")
def test_without_redis_45009_pauses_this_process(corp: Corp) -> None:
    corp.break_next(API, "errcode", errcode=45009)
    client = CorpClient(corp.app)

    for _ in range(3):
        with pytest.raises(PortFailure):
            client.post(API, {})

    assert len(corp.calls(API)) == 1


def test_a_repeated_45009_waits_longer() -> None:
    corp_id = new_corp()

    assert [limiter.pause(corp_id, API) for _ in range(4)] == [60, 240, 960, 3600]
