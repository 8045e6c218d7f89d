import datetime as dt
from typing import Any

import pytest

from core import clock, jobs
from core.models import Job
from outreach.models import Greeting
from outreach.selectors import count_greetings_not_sent, list_greetings_for
from outreach.services import owe_greeting, send_greeting
from tests.outreach.fakes import FakeGreeter
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def owe(world: World, **more: Any) -> Greeting:
    return owe_greeting(
        **{
            "key": "k1",
            "welcome_code": "WC1",
            "staff": world.cai,
            "external_userid": "wm1",
            "text": "您好",
            "link_title": "领取",
            "link_url": "https://m.test/card/claim/t",
            "received_at": MONDAY,
            **more,
        }
    )


def work(seconds: int = 30) -> None:
    """Run the lane as its workers would for a while, retries and all."""
    for second in range(seconds):
        with clock.frozen(MONDAY + dt.timedelta(seconds=second)):
            jobs.run_due("greeting")


def pass_deadline(greeting: Greeting, seconds: float = 1.0) -> None:
    late = clock.real_now() - dt.timedelta(seconds=seconds)
    Greeting.objects.filter(pk=greeting.pk).update(deadline_at=late)


def end_of(greeting: Greeting) -> tuple[str, str, int]:
    greeting.refresh_from_db()
    return greeting.state, greeting.reason, greeting.attempts


def test_a_greeting_is_said_once_with_its_link(world: World, greeter: FakeGreeter) -> None:
    greeting = owe(world)
    assert owe(world, text="另一句").pk == greeting.pk
    work()

    ((code, text, link),) = greeter.delivered
    assert (code, text) == ("WC1", "您好")
    assert link is not None
    assert (link.title, link.url) == ("领取", "https://m.test/card/claim/t")
    assert end_of(greeting) == ("sent", "", 1)
    assert greeting.sent_at is not None


def test_without_a_link_there_is_only_the_text(world: World, greeter: FakeGreeter) -> None:
    owe(world, link_title="", link_url="")
    work()

    assert greeter.delivered == [("WC1", "您好", None)]


def test_an_answer_lost_after_delivery_is_found_out_not_said_again(
    world: World, greeter: FakeGreeter
) -> None:
    greeter.script = ["lost"]
    greeting = owe(world)
    work()

    assert len(greeter.delivered) == 1
    assert end_of(greeting) == ("sent", "上一次发送的结果由平台确认", 2)


def test_an_answer_lost_before_delivery_is_tried_again(world: World, greeter: FakeGreeter) -> None:
    greeter.script = ["never", "never"]
    greeting = owe(world)
    work()

    assert len(greeter.delivered) == 1
    assert end_of(greeting)[0::2] == ("sent", 3)


def test_greeted_already_before_any_doubt_was_somebody_else(
    world: World, greeter: FakeGreeter
) -> None:
    greeter.script = ["41051"]
    greeting = owe(world)
    work()

    assert end_of(greeting)[0] == "refused"
    assert greeter.calls == 1
    assert count_greetings_not_sent() == 1


@pytest.mark.parametrize("code", ["41096", "-1"])
def test_a_busy_platform_is_asked_again(code: str, world: World, greeter: FakeGreeter) -> None:
    greeter.script = [code, code]
    greeting = owe(world)
    work()

    assert end_of(greeting)[0::2] == ("sent", 3)


def test_busy_after_a_doubt_stays_a_doubt(world: World, greeter: FakeGreeter) -> None:
    greeter.script = ["lost", "-1"]
    greeting = owe(world)
    work()

    assert len(greeter.delivered) == 1
    assert end_of(greeting)[0] == "sent"


def test_an_expired_code_is_the_end(world: World, greeter: FakeGreeter) -> None:
    greeter.script = ["41050"]
    greeting = owe(world)
    work()

    assert end_of(greeting) == ("expired", "欢迎码已过期", 1)


def test_a_plain_refusal_keeps_its_reason(world: World, greeter: FakeGreeter) -> None:
    greeter.script = ["60020"]
    greeting = owe(world)
    work()

    state, reason, _ = end_of(greeting)
    assert state == "refused"
    assert reason.startswith("60020")


def test_a_greeting_never_tried_in_time_is_not_tried_at_all(
    world: World, greeter: FakeGreeter
) -> None:
    greeting = owe(world)
    pass_deadline(greeting)
    work()

    assert greeter.calls == 0
    assert end_of(greeting)[0] == "expired"


def test_a_doubt_is_asked_about_after_the_deadline_too(world: World, greeter: FakeGreeter) -> None:
    greeter.script = ["lost"]
    greeting = owe(world)
    jobs.run_due("greeting")
    pass_deadline(greeting)
    work()

    assert end_of(greeting)[0] == "sent"
    assert len(greeter.delivered) == 1


def test_a_doubt_that_nobody_resolves_ends_where_it_can_be_seen(
    world: World, greeter: FakeGreeter
) -> None:
    greeter.script = ["never"] * 50
    greeting = owe(world)
    jobs.run_due("greeting")
    pass_deadline(greeting, seconds=60)
    work()

    state, reason, _ = end_of(greeting)
    assert state == "expired"
    assert "结果未知" in reason
    assert Job.objects.get(name="outreach.send_greeting").state == "done"


def test_time_that_passed_before_the_push_was_handled_counts(
    world: World, greeter: FakeGreeter
) -> None:
    greeting = owe(world, received_at=MONDAY - dt.timedelta(seconds=15))

    left = (greeting.deadline_at - clock.real_now()).total_seconds()
    assert 4 < left <= 5


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nothing after it runs."""


class DyingGreeter(FakeGreeter):
    """Dies in the middle of its first call, before or after the message went out."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self.after, self.has_died = after, False

    def send(self, *args: Any) -> None:
        if self.has_died:
            return super().send(*args)
        self.has_died = True
        if self.after:
            super().send(*args)
        raise Killed


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_dies_in_the_call_leaves_a_doubt_that_the_next_resolves(
    after: bool, world: World
) -> None:
    from core import ports  # noqa: PLC0415
    from outreach.contracts import Greeter  # noqa: PLC0415

    fake = DyingGreeter(after=after)
    former = ports.swap(Greeter, fake)
    greeting = owe(world)
    with pytest.raises(Killed):
        jobs.run_due("greeting")
    assert end_of(greeting)[0] == "sending"

    Job.objects.update(lease_until=clock.real_now())
    work()
    ports.swap(Greeter, former)

    assert len(fake.delivered) == 1
    assert end_of(greeting)[0] == "sent"


def test_an_end_is_not_overwritten_by_a_slower_worker(world: World, greeter: FakeGreeter) -> None:
    greeting = owe(world)
    work()
    greeter.script = ["41050"]
    send_greeting(greeting_id=greeting.pk)

    assert end_of(greeting)[0] == "sent"
    assert greeter.calls == 1


def test_a_store_sees_its_own_greetings(world: World, greeter: FakeGreeter) -> None:
    greeting = owe(world)

    assert list(list_greetings_for(world.bo)) == [greeting]
    assert not list_greetings_for(world.dee).exists()
