"""The embedded PostgreSQL and Redis: started by the first, stopped by the last."""

from collections.abc import Iterator

import psycopg2
import pytest
import redis as redis_client
from _siyu import scratch, services
from _siyu.console import Stop
from _siyu.datadir import DataFolder
from _siyu.postgres import postgres
from _siyu.redis import Redis


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[DataFolder]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    with scratch.folder() as folder:
        yield folder


def test_they_answer_with_their_password_and_stop_with_their_last_user(data: DataFolder):
    with services.in_use(data, durable=False) as first:
        with services.in_use(data, durable=False) as second:
            assert second == first
        with psycopg2.connect(first["DATABASE_URL"]) as session, session.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            assert cursor.fetchone() == ("UTF8",)
        session.close()
        assert redis_client.from_url(first["REDIS_URL"]).ping()
        with pytest.raises(redis_client.AuthenticationError):
            redis_client.from_url(first["REDIS_URL"].replace("//:", "//:x")).ping()

    assert postgres(data).running() is None
    assert Redis(data).running() is None


def test_a_redis_that_died_comes_back_at_its_address(data: DataFolder):
    with services.in_use(data, durable=False) as addresses:
        Redis(data).stop()

        services.revive(data)

        assert redis_client.from_url(addresses["REDIS_URL"]).ping()


def test_pinned_services_outlive_their_user_until_they_are_released(data: DataFolder):
    with services.in_use(data, durable=False):
        services.pin(data, pinned=True)
    assert postgres(data).running() is not None

    services.pin(data, pinned=False)
    with services.in_use(data, durable=False):
        pass

    assert postgres(data).running() is None


def test_a_folder_in_use_is_not_emptied(data: DataFolder):
    with (
        services.in_use(data, durable=False),
        pytest.raises(Stop, match="不能清空"),
        services.stopped(data),
    ):
        pass


def test_data_of_another_major_version_is_refused(data: DataFolder):
    with services.in_use(data, durable=False):
        pass
    (postgres(data).cluster / "PG_VERSION").write_text("15\n")

    with pytest.raises(Stop, match="PostgreSQL 15"), services.in_use(data, durable=False):
        pass

    assert Redis(data).running() is None


def test_a_named_database_that_does_not_answer_is_one_sentence(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://siyu@127.0.0.1:1/siyu")

    with pytest.raises(Stop, match=r"DATABASE_URL 指向的 127\.0\.0\.1:1 无法连接"):
        services.in_use(data, durable=False).__enter__()

    assert Redis(data).running() is None
