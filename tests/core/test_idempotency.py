"""The same key and body get the first answer; another body is refused."""

import pytest

from core.errors import Refusal
from core.idempotency import KeyMalformed, KeyReused, answer_once
from core.models import AuditEntry, IdempotencyKey
from tenants.context import entered
from tests.conftest import tenant_called

pytestmark = pytest.mark.django_db

done: list[int] = []


@pytest.fixture(autouse=True)
def _forget() -> None:
    done.clear()


def work() -> tuple[int, dict[str, int]]:
    done.append(1)
    return 201, {"order": len(done)}


def test_a_repeat_gets_the_same_answer_and_does_nothing() -> None:
    first = answer_once("orders", "key-00001", {"sku": 1}, work)
    again = answer_once("orders", "key-00001", {"sku": 1}, work)
    assert first == again == (201, {"order": 1})
    assert done == [1]


def test_the_order_of_fields_is_not_another_body() -> None:
    answer_once("orders", "key-00001", {"a": 1, "b": 2}, work)
    assert answer_once("orders", "key-00001", {"b": 2, "a": 1}, work)[1] == {"order": 1}


def test_another_body_under_the_key_is_refused() -> None:
    answer_once("orders", "key-00001", {"sku": 1}, work)
    with pytest.raises(KeyReused) as refused:
        answer_once("orders", "key-00001", {"sku": 2}, work)
    assert (refused.value.code, refused.value.status) == ("idempotency_key_reused", 422)
    assert done == [1]


def test_a_refusal_is_an_answer_and_leaves_nothing_behind() -> None:
    def refuse() -> tuple[int, dict[str, int]]:
        AuditEntry.objects.create(at="2026-01-01T00:00Z", actor_kind="x", action="x")
        raise Refusal

    assert answer_once("orders", "key-00001", {}, refuse)[0] == 409
    assert answer_once("orders", "key-00001", {}, work)[0] == 409
    assert not AuditEntry.objects.filter(action="x").exists()


def test_a_crash_keeps_nothing_so_that_a_repeat_tries_again() -> None:
    def crash() -> tuple[int, dict[str, int]]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer_once("orders", "key-00001", {}, crash)
    assert answer_once("orders", "key-00001", {}, work)[0] == 201


def test_a_key_is_its_scopes_and_its_tenants() -> None:
    answer_once("orders", "key-00001", {}, work)
    answer_once("refunds", "key-00001", {}, work)
    with entered(tenant_called("breeze")):
        answer_once("orders", "key-00001", {}, work)
    assert len(done) == 3
    assert IdempotencyKey.objects.count() == 2


@pytest.mark.parametrize("key", ["", "short", "x" * 81, "with\nbreak"])
def test_a_malformed_key_is_refused(key: str) -> None:
    with pytest.raises(KeyMalformed):
        answer_once("orders", key, {}, work)
