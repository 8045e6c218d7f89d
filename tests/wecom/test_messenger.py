"""One contract for `GroupMessenger`, kept by the fake and by the adapter against the twin."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core import clock
from core.errors import Outcome, PortFailure
from outreach.contracts import (
    Attachment,
    ChatType,
    DeliveryStatus,
    GroupMessenger,
    Message,
    Submitted,
)
from tests.outreach.fakes import FakeMessenger
from tests.wecom.conftest import Corp
from wecom.messenger import WecomGroupMessenger

pytestmark = pytest.mark.django_db

MESSAGE = Message(
    "周末会员日", (Attachment("link", "进店有礼", "https://m.aurora.localhost/p/1?t=m4rk"),)
)
ADD = "externalcontact/add_msg_template"


@dataclass
class Bench:
    messenger: GroupMessenger
    friend: Callable[[], str]
    """A new contact of wx_cai."""
    confirm: Callable[[str], None]
    break_next: Callable[[str], None]

    def submit(self, *recipients: str, message: Message = MESSAGE) -> Submitted:
        return self.messenger.submit(
            chat_type=ChatType.SINGLE, sender="wx_cai", recipients=recipients, message=message
        )

    def there(self) -> list[Any]:
        now = clock.real_now()
        return self.messenger.list_submissions(
            chat_type=ChatType.SINGLE,
            since=min(now, clock.now()) - dt.timedelta(minutes=5),
            until=max(now, clock.now()) + dt.timedelta(minutes=5),
        )


def fake_bench() -> Bench:
    fake = FakeMessenger(strangers={"wmBad"})
    names = iter(f"wm{number}" for number in range(99))
    return Bench(fake, names.__next__, fake.confirm, fake.script.append)


def twin_bench(corp: Corp) -> Bench:
    faults = {
        "lost": {"mode": "reset_after"},
        "never": {"mode": "reset_before"},
        "-1": {"mode": "errcode", "errcode": -1},
        "48002": {"mode": "errcode", "errcode": 48002},
        "45009": {"mode": "errcode", "errcode": 45009},
    }

    def friend() -> str:
        person = corp.person()["person"]
        return str(corp.add(person, userid="wx_cai")["external_userid"])

    def confirm(msgid: str) -> None:
        corp.twin.post("act/confirm_send", corp_id=corp.corp_id, userid="wx_cai", msgid=msgid)

    return Bench(
        WecomGroupMessenger(), friend, confirm, lambda step: corp.break_next(ADD, **faults[step])
    )


@pytest.fixture(params=["fake", "twin"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        return fake_bench()
    return twin_bench(request.getfixturevalue("corp"))


def test_nothing_is_sent_until_the_guide_confirms(bench: Bench) -> None:
    first, second = bench.friend(), bench.friend()

    made = bench.submit(first, second)

    (task,) = bench.messenger.list_tasks(made.msgid)
    assert (task.userid, task.is_sent, task.sent_at) == ("wx_cai", False, None)
    assert made.failed == ()
    results = bench.messenger.list_results(made.msgid, "wx_cai")
    assert sorted(one.recipient for one in results) == sorted([first, second])
    assert {one.status for one in results} == {DeliveryStatus.UNSENT}


def test_after_the_confirmation_each_recipient_has_it(bench: Bench) -> None:
    made = bench.submit(bench.friend(), bench.friend())

    bench.confirm(made.msgid)

    (task,) = bench.messenger.list_tasks(made.msgid)
    results = bench.messenger.list_results(made.msgid, "wx_cai")
    assert task.is_sent
    assert task.sent_at is not None
    assert [one.status for one in results] == [DeliveryStatus.SENT] * 2
    assert all(one.sent_at is not None for one in results)


def test_who_cannot_be_written_to_is_named(bench: Bench) -> None:
    good = bench.friend()

    made = bench.submit(good, "wmBad")

    assert made.failed == ("wmBad",)
    results = bench.messenger.list_results(made.msgid, "wx_cai")
    assert [one.recipient for one in results] == [good]


def test_nobody_reachable_is_a_word_of_its_own(bench: Bench) -> None:
    with pytest.raises(PortFailure) as caught:
        bench.submit("wmBad")

    assert (caught.value.code, caught.value.outcome) == ("nobody_reachable", Outcome.REJECTED)
    assert bench.there() == []


def test_a_lost_answer_is_unknown_and_the_message_can_be_found(bench: Bench) -> None:
    bench.break_next("lost")
    with pytest.raises(PortFailure) as caught:
        bench.submit(bench.friend())

    (there,) = bench.there()
    assert caught.value.outcome is Outcome.UNKNOWN
    assert there.urls == ("https://m.aurora.localhost/p/1?t=m4rk",)
    assert there.text == "周末会员日"
    assert [one.userid for one in bench.messenger.list_tasks(there.msgid)] == ["wx_cai"]


def test_a_call_that_never_arrived_leaves_nothing_behind(bench: Bench) -> None:
    bench.break_next("never")
    with pytest.raises(PortFailure) as caught:
        bench.submit(bench.friend())

    assert caught.value.outcome is Outcome.UNKNOWN
    assert bench.there() == []


@pytest.mark.parametrize(
    ("code", "outcome", "waits"),
    [
        ("-1", Outcome.RETRYABLE, False),
        ("45009", Outcome.RETRYABLE, True),
        ("48002", Outcome.REJECTED, False),
    ],
)
def test_a_plain_no_says_of_which_kind_it_is(
    bench: Bench, code: str, outcome: Outcome, waits: bool
) -> None:
    bench.break_next(code)
    with pytest.raises(PortFailure) as caught:
        bench.submit(bench.friend())

    assert (caught.value.code, caught.value.outcome) == (code, outcome)
    assert (caught.value.retry_after is not None) is waits


def test_three_reminders_and_a_fourth_is_refused(bench: Bench) -> None:
    made = bench.submit(bench.friend())
    for _ in range(3):
        bench.messenger.remind(made.msgid)

    with pytest.raises(PortFailure, match="reminder_refused"):
        bench.messenger.remind(made.msgid)


def test_a_withdrawn_message_goes_to_nobody(bench: Bench) -> None:
    made = bench.submit(bench.friend())

    bench.messenger.cancel(made.msgid)

    with pytest.raises(PortFailure, match="already_cancelled"):
        bench.messenger.cancel(made.msgid)
    results = bench.messenger.list_results(made.msgid, "wx_cai")
    assert [one.status for one in results] == [DeliveryStatus.UNSENT]


def test_lists_are_read_to_the_last_page(corp: Corp) -> None:
    bench = twin_bench(corp)
    friends = [bench.friend() for _ in range(5)]
    made = bench.submit(*friends)
    corp.twin.post("settings", page_cap=2, page_empty_first=True)
    try:
        results = bench.messenger.list_results(made.msgid, "wx_cai")
        tasks = bench.messenger.list_tasks(made.msgid)
        there = bench.there()
    finally:
        corp.twin.post("settings", page_cap=0, page_empty_first=False)

    assert sorted(one.recipient for one in results) == sorted(friends)
    assert len(tasks) == 1
    assert len(there) == 1


def test_a_message_being_dispatched_is_asked_about_later(corp: Corp) -> None:
    bench = twin_bench(corp)
    made = bench.submit(bench.friend())
    corp.twin.post("settings", send_dispatch_seconds=60.0)
    try:
        with pytest.raises(PortFailure) as caught:
            bench.messenger.list_tasks(made.msgid)
    finally:
        corp.twin.post("settings", send_dispatch_seconds=0.0)

    assert (caught.value.code, caught.value.outcome) == ("41063", Outcome.RETRYABLE)


def test_a_group_gets_it_by_its_id(corp: Corp) -> None:
    person = corp.person()["person"]
    corp.add(person, userid="wx_cai")
    group = corp.twin.post(
        "act/group_create", corp_id=corp.corp_id, owner="wx_cai", name="会员群", members=[person]
    )["chat_id"]
    messenger = WecomGroupMessenger()
    made = messenger.submit(
        chat_type=ChatType.GROUP, sender="wx_cai", recipients=[group], message=MESSAGE
    )
    assert messenger.list_results(made.msgid, "wx_cai") == []

    corp.twin.post("act/confirm_send", corp_id=corp.corp_id, userid="wx_cai")

    (result,) = messenger.list_results(made.msgid, "wx_cai")
    assert (result.recipient, result.status) == (group, DeliveryStatus.SENT)


def test_over_the_quota_is_told(corp: Corp) -> None:
    bench = twin_bench(corp)
    friend = bench.friend()
    corp.twin.post("settings", send_quota={corp.corp_id: "1day"})
    for expected in (DeliveryStatus.SENT, DeliveryStatus.OVER_QUOTA):
        made = bench.submit(friend)
        bench.confirm(made.msgid)
        (result,) = bench.messenger.list_results(made.msgid, "wx_cai")
        assert result.status is expected
