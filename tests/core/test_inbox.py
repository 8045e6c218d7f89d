"""The inbox: one row, one job and a count, in as few round trips as it takes."""

from typing import Any

import pytest

from core import inbox
from core.models import InboxMessage, Job
from tests.world import World

pytestmark = pytest.mark.django_db

PUSH = ("tests", "k1", "event", "<xml/>", "wecom.handle_callback")


def test_a_copy_is_counted_and_owes_nothing(world: World) -> None:
    answers = [inbox.receive(*PUSH) for _ in range(3)]

    assert answers == [True, False, False]
    message = InboxMessage.objects.get(source="tests")
    assert (message.state, message.reason, message.deliveries) == ("stored", "", 3)
    assert (message.kind, message.body) == ("event", "<xml/>")
    job = Job.objects.get(name="wecom.handle_callback")
    assert job.payload == {"inbox_id": message.pk}


def test_the_same_key_of_another_source_is_another_message(world: World) -> None:
    assert inbox.receive(*PUSH)
    assert inbox.receive("others", *PUSH[1:])

    assert InboxMessage.objects.count() == Job.objects.filter(key__startswith="inbox:").count() == 2


def test_a_push_costs_two_statements_and_a_copy_one(
    world: World, django_assert_num_queries: Any
) -> None:
    """Beside the two that open and close the transaction, here a savepoint."""
    with django_assert_num_queries(4):
        inbox.receive(*PUSH)

    with django_assert_num_queries(3):
        inbox.receive(*PUSH)
