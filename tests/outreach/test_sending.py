"""From a chunk to a message in a guide's hands: at most once, and never in silence."""

import datetime as dt

import pytest

from core import clock
from core.errors import Outcome, PortFailure
from members.contracts import Preference
from members.services import set_preference
from outreach.contracts import Submitted
from outreach.models import Budget, Chunk, Touch
from outreach.services.claims import claim_chunk
from outreach.services.sending import send_chunk
from tests.outreach.street import Street, later

pytestmark = pytest.mark.django_db


def test_a_chunk_becomes_one_message_with_its_mark_in_the_link(street: Street) -> None:
    street.friends(street.world.cai, 3)

    plan = street.submit()

    chunk, (sent,) = street.chunk(plan), street.messenger.accepted.values()
    assert (chunk.state, chunk.msgid, chunk.attempts) == ("submitted", "msg1", 0)
    assert sent["sender"] == "wx_cai"
    assert sorted(sent["recipients"]) == ["wm000", "wm001", "wm002"]
    url = sent["message"].attachments[0].url
    assert url == f"https://m.aurora.localhost/p/1?from=a&t={chunk.mark}#top"


def test_sending_is_committed_before_the_call(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    seen: list[str] = []

    def look_and_fall(**_: object) -> Submitted:
        seen.append(street.chunk(plan).state)
        raise ZeroDivisionError

    street.messenger.submit = look_and_fall
    with pytest.raises(ZeroDivisionError):
        street.send_again(plan)

    assert seen == ["sending"]
    assert street.chunk(plan).state == "sending"


def test_who_left_or_opted_out_after_the_gate_is_not_sent_to(street: Street) -> None:
    gone, tired, stays = street.friends(street.world.cai, 3)
    plan = street.gate()
    gone.is_active = False
    gone.save()
    set_preference(member=tired.member, preference=Preference.NONE)

    street.send_again(plan)

    (sent,) = street.messenger.accepted.values()
    assert sent["recipients"] == [stays.external_userid]
    assert street.states(plan)[gone.external_userid] == ("skipped", "not_friend")
    assert street.states(plan)[tired.external_userid] == ("skipped", "opted_out")
    assert Budget.objects.get(recipient=gone.external_userid).quota_used == 0
    assert Budget.objects.get(recipient=stays.external_userid).quota_used == 1


def test_a_chunk_of_nobody_is_over_without_a_call(street: Street) -> None:
    contact = street.friend(street.world.cai, "wm-only")
    plan = street.gate()
    contact.is_active = False
    contact.save()

    street.send_again(plan)

    assert street.messenger.calls == 0
    assert street.chunk(plan).state == "done"


def test_a_chunk_left_for_the_night_waits_for_the_morning(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    with clock.frozen(dt.datetime(2026, 3, 2, 22, 30, tzinfo=clock.SHANGHAI)):
        wait = street.send_again(plan)
        assert street.messenger.calls == 0
        assert wait == pytest.approx(9.5 * 3600)
    with clock.frozen(dt.datetime(2026, 3, 3, 8, tzinfo=clock.SHANGHAI)):
        street.send_again(plan)

    assert street.messenger.calls == 1


def test_a_chunk_past_its_deadline_expires(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    with later(days=2):
        street.send_again(plan)

    assert street.messenger.calls == 0
    assert street.states(plan) == {"wm000": ("expired", "late")}


def test_a_guide_who_left_fails_the_chunk(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    street.world.cai.is_active = False
    street.world.cai.save()

    street.send_again(plan)

    assert street.states(plan) == {"wm000": ("failed", "sender_gone")}
    assert Budget.objects.get().day_used == 0


def test_a_live_lease_is_left_alone(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    assert claim_chunk(plan.pk) is not None

    assert claim_chunk(plan.pk) is None
    street.send_again(plan)
    assert street.messenger.calls == 0


def test_a_stopped_worker_does_not_call_after_its_lease(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    chunk = claim_chunk(plan.pk)
    assert chunk is not None
    chunk.lease_until = clock.real_now() - dt.timedelta(seconds=1)

    send_chunk(chunk)

    assert street.messenger.calls == 0
    assert street.chunk(plan).state == "unknown"


def test_a_slow_worker_cannot_mark_what_another_has_taken(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    chunk = claim_chunk(plan.pk)
    assert chunk is not None
    Chunk.objects.filter(pk=chunk.pk).update(owner="another")

    send_chunk(chunk)

    assert street.messenger.calls == 0
    assert street.chunk(plan).state == "queued"


def test_a_busy_platform_is_tried_three_times(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.script = ["-1", "-1", "-1", "ok"]
    plan = street.submit()
    for _ in range(5):
        Chunk.objects.filter(plan=plan, state="queued").update(retry_at=clock.now())
        street.send_again(plan)

    assert street.messenger.calls == 3
    assert street.states(plan) == {"wm000": ("failed", "busy")}
    assert street.chunk(plan).reason.startswith("-1")


def test_without_a_token_no_call_was_tried(street: Street) -> None:
    street.friends(street.world.cai, 1)
    kept = street.messenger.submit
    street.messenger.submit = no_token  # type: ignore[assignment]
    plan = street.gate()
    for _ in range(5):
        assert street.send_again(plan) == 5.0
        Chunk.objects.update(retry_at=clock.now())
    assert street.chunk(plan).attempts == 0

    street.messenger.submit = kept
    street.send_again(plan)
    assert street.chunk(plan).state == "submitted"


def no_token(**_: object) -> None:
    raise PortFailure("token_unavailable", outcome=Outcome.RETRYABLE)


def test_a_pause_is_waited_out_and_is_no_try(street: Street) -> None:
    street.friends(street.world.cai, 1, "wa")
    street.friends(street.world.dee, 1, "wb")
    street.messenger.script = ["45009"]
    plan = street.gate()

    wait = street.send_again(plan)

    assert wait == 60.0
    assert street.messenger.calls == 1
    first = Chunk.objects.order_by("pk").first()
    assert first is not None
    assert (first.state, first.attempts) == ("queued", 0)
    assert first.retry_at == clock.now() + dt.timedelta(seconds=60)


def test_a_plain_no_fails_with_its_reason_and_gives_the_budget_back(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.script = ["48002"]
    plan = street.submit()

    assert street.states(plan) == {"wm000": ("failed", "refused")}
    assert street.chunk(plan).reason == "48002: 48002"
    budget = Budget.objects.get()
    assert (budget.day_used, budget.quota_used, budget.last_at) == (0, 0, None)


def test_recipients_nobody_can_write_to_fail_and_the_others_go(street: Street) -> None:
    street.friends(street.world.cai, 2)
    street.messenger.strangers = {"wm001"}

    plan = street.submit()

    assert street.states(plan) == {"wm000": ("queued", ""), "wm001": ("failed", "unreachable")}
    assert Touch.objects.get(recipient="wm000").chunk == street.chunk(plan)


def test_the_guides_are_told_once_when_all_is_out(street: Street) -> None:
    from core import jobs  # noqa: PLC0415

    street.friends(street.world.cai, 1, "wa")
    street.friends(street.world.dee, 1, "wb")
    street.submit()

    jobs.run_due("send")

    (told,) = street.notifier.told
    assert told["userids"] == ["wx_cai", "wx_dee"]
    assert told["url"].endswith("/g/confirm")
