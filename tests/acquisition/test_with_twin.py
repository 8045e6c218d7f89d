"""The same line through the real adapters, with the twin as the outside world."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from acquisition import services
from acquisition.contracts import ContactWays
from acquisition.models import Card, Scan
from core import clock, jobs, ports
from mall.models import Entitlement
from members.contracts import ContactSource, TagWriter
from members.invariants import contacts_match_source
from members.models import Contact
from outreach.contracts import Greeter
from outreach.models import Greeting
from tests.acquisition.conftest import Play, make_play
from tests.wecom.conftest import Corp, corp, twin, twin_process
from tests.world import World

__all__ = ["corp", "twin", "twin_process"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(world: World, corp: Corp) -> Iterator[Play]:
    from wecom.contact_ways import WecomContactWays  # noqa: PLC0415
    from wecom.contacts import WecomContacts, WecomTags  # noqa: PLC0415
    from wecom.greeter import WecomGreeter  # noqa: PLC0415

    adapters: list[tuple[Any, Any]] = [
        (ContactSource, WecomContacts()),
        (TagWriter, WecomTags()),
        (ContactWays, WecomContactWays()),
        (Greeter, WecomGreeter()),
    ]
    formers = [(port, ports.swap(port, adapter)) for port, adapter in adapters]
    yield make_play(world)
    for port, former in formers:
        ports.swap(port, former)


def _tell(added: dict[str, Any], key: str) -> None:
    services.receive_contact(
        userid=added["userid"],
        external_userid=added["external_userid"],
        state=added["state"],
        welcome_code=added["welcome_code"] or "",
        event_key=key,
        event_at=clock.now(),
        received_at=clock.now(),
    )


def _settle() -> None:
    for _ in range(5):
        for lane in ("greeting", "default", "sync"):
            jobs.run_due(lane)


def test_a_scan_an_adding_and_a_deletion_in_the_real_protocol(play: Play, corp: Corp) -> None:
    eve = corp.person("夏娃")
    with clock.frozen(clock.real_now()):
        scan = play.scan(play.customer("夏娃", unionid=eve["unionid"]))
        added = corp.twin.post(
            "act/add", person=eve["person"], corp_id=corp.corp_id, config_id=scan.way.config_id
        )
        _tell(added, "e1")
        _settle()

        assert Card.objects.exclude(consumed_by=None).get() == play.card()
        assert Scan.objects.get().matched_by == "unionid"
        assert Entitlement.objects.get().member == scan.customer.member
        assert Greeting.objects.get().state == "sent"
        texts = corp.twin.get("messages", person=eve["person"])["messages"]
        assert any("牛肉粒一份" in str(message["content"]) for message in texts)
        (marked,) = corp.calls("externalcontact/mark_tag")
        assert len(marked["body"]["add_tag"]) == 2
        assert contacts_match_source() == (1, [])

        corp.twin.post(
            "act/delete",
            person=eve["person"],
            corp_id=corp.corp_id,
            userid=added["userid"],
            by="staff",
        )
        assert len(contacts_match_source()[1]) == 1
        services.lose_contact(
            userid=added["userid"],
            external_userid=added["external_userid"],
            by="staff",
            event_at=clock.now(),
        )
        _settle()
    assert (Contact.objects.get().is_active, Contact.objects.get().removed_by) == (False, "staff")
    assert contacts_match_source() == (1, [])


def test_a_lost_answer_of_the_platform_is_found_out(play: Play, corp: Corp) -> None:
    corp.break_next("externalcontact/send_welcome_msg", "reset_after")
    adam = corp.person("亚当")
    with clock.frozen(clock.real_now()):
        added = corp.add(adam["person"], userid="wx_cai")
        _tell(added, "e1")
        _settle()
    with clock.frozen(clock.real_now() + dt.timedelta(seconds=2)):
        _settle()

    greeting = Greeting.objects.get()
    assert (greeting.state, greeting.attempts) == ("sent", 2)
    texts = corp.twin.get("messages", person=adam["person"])["messages"]
    assert len(texts) == 1
