"""One contract for `StaffNotifier`, kept by the fake and by the adapter against the twin."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from core.errors import Outcome, PortFailure
from outreach.contracts import StaffNotifier
from tests.outreach.fakes import FakeNotifier
from tests.wecom.conftest import Corp
from wecom.notifier import WecomStaffNotifier

pytestmark = pytest.mark.django_db
URL = "https://aurora.localhost/g/confirm"


@dataclass
class Bench:
    notifier: StaffNotifier
    shown: Callable[[], int]

    def notify(self, *userids: str, key: str = "plan:1") -> tuple[str, ...]:
        return self.notifier.notify(
            userids=userids, title="待确认", text="周末会员日", url=URL, key=key
        )


@pytest.fixture(params=["fake", "twin"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        fake = FakeNotifier(strangers={"nobody"})
        return Bench(fake, lambda: len({one["key"] for one in fake.told}))
    corp: Corp = request.getfixturevalue("corp")

    def shown() -> int:
        log = corp.twin.get("log", kind="message.sent", limit=10_000)["log"]
        mine = [one["data"] for one in log if one["data"].get("corp_id") == corp.corp_id]
        return len([one for one in mine if "wx_cai" in one["userids"]])

    return Bench(WecomStaffNotifier(), shown)


def test_a_guide_is_told(bench: Bench) -> None:
    assert bench.notify("wx_cai") == ()
    assert bench.shown() == 1


def test_who_cannot_be_reached_is_named(bench: Bench) -> None:
    assert bench.notify("wx_cai", "nobody") == ("nobody",)
    assert bench.notify("nobody", key="plan:2") == ("nobody",)


def test_the_same_key_is_shown_once(bench: Bench) -> None:
    bench.notify("wx_cai")
    bench.notify("wx_cai")
    assert bench.shown() == 1

    bench.notify("wx_cai", key="plan:2")
    assert bench.shown() == 2


def test_a_lost_answer_may_be_repeated(corp: Corp) -> None:
    corp.break_next("message/send", "reset_after")
    notifier = WecomStaffNotifier()
    with pytest.raises(PortFailure) as caught:
        notifier.notify(userids=["wx_cai"], title="待", text="确认", url=URL, key="k")

    assert caught.value.outcome is Outcome.RETRYABLE
    assert notifier.notify(userids=["wx_cai"], title="待", text="确认", url=URL, key="k") == ()
