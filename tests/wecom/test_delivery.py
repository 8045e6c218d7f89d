"""The twin pushes as WeCom does; what it sends is handed to the product byte for byte."""

from collections.abc import Iterator
from typing import Any

import pytest

from community.models import CustomerGroup
from core import clock, jobs, ports
from core.invariants_inbox import news_reaches_listeners
from core.models import InboxMessage, Job
from org.models import Staff
from outreach.contracts import Greeter
from outreach.models import Greeting
from tests.doorway import Doorway, open_doorway
from tests.outreach.fakes import FakeGreeter
from tests.wecom.conftest import Corp
from tests.world import World
from wecom.checks import callback_url
from wecom.handlers import GROUP_LAG
from wecom.models import WecomApp

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(corp: Corp) -> Iterator[Doorway]:
    with open_doorway() as door:
        address = f"127.0.0.1:{door.port}"
        corp.twin.post("settings", hostmap={"*.localhost": address}, callback_verify_timeout=10)
        yield door


@pytest.fixture
def connected(corp: Corp, door: Doorway) -> Corp:
    verify(corp, door)
    return corp


def verify(corp: Corp, door: Doorway, token: str = "tok3n") -> bool:
    """WeCom saves the address only after it has proved it."""
    path, url = f"corps/{corp.corp_id}/callback", callback_url(corp.app)

    def save() -> bool:
        return bool(corp.twin.post(path, url=url, token=token, aes_key="a" * 43)["ok"])

    return door.receive_during(save)[0]


def run(lane: str) -> None:
    jobs.run_due(lane)


def test_the_address_is_verified(corp: Corp, door: Doorway) -> None:
    assert verify(corp, door) is True
    door.stand_on("aurora")
    assert WecomApp.objects.get().verified_at is not None


def test_an_address_with_another_token_is_not(corp: Corp, door: Doorway) -> None:
    assert verify(corp, door, token="an0therT0ken") is False
    door.stand_on("aurora")
    assert WecomApp.objects.get().verified_at is None


def test_an_add_is_kept_before_it_is_acknowledged_and_greeted_first(
    world: World, connected: Corp, door: Doorway
) -> None:
    person = connected.person()["person"]
    added, answer = door.receive_during(lambda: connected.add(person, userid="wx_cai"))
    door.stand_on("aurora")

    assert (answer.status_code, answer.content) == (200, b"success")
    assert InboxMessage.objects.get().state == InboxMessage.State.STORED
    run("greeting")
    greeting = Greeting.objects.get()
    assert greeting.welcome_code == added["welcome_code"]
    assert greeting.staff == Staff.objects.get(wecom_userid="wx_cai")
    assert InboxMessage.objects.get().state == InboxMessage.State.DONE


def test_the_greeting_arrives_in_wechat(world: World, connected: Corp, door: Doorway) -> None:
    person = connected.person()["person"]
    door.receive_during(lambda: connected.add(person, userid="wx_cai"))
    door.stand_on("aurora")

    run("greeting")

    shown = connected.twin.get("messages", person=person)["messages"]
    assert [message["kind"] for message in shown][:1] == ["text"]
    assert Greeting.objects.get().state == Greeting.State.SENT


def test_a_message_delivered_four_times_greets_once(
    world: World, connected: Corp, door: Doorway
) -> None:
    fake = FakeGreeter()
    former = ports.swap(Greeter, fake)
    person = connected.person()["person"]
    _, push = door.hold_during(lambda: connected.add(person, userid="wx_cai"))

    for _ in range(4):
        assert push.deliver().status_code == 200
        door.stand_on("aurora")
        run("greeting")
    ports.swap(Greeter, former)

    assert fake.calls == 1
    assert Greeting.objects.count() == 1
    assert InboxMessage.objects.get().deliveries == 4


def test_a_deletion_ends_the_friendship(world: World, connected: Corp, door: Doorway) -> None:
    person = connected.person()["person"]
    door.receive_during(lambda: connected.add(person, userid="wx_cai"))

    def delete() -> object:
        return connected.twin.post(
            "act/delete", person=person, corp_id=connected.corp_id, userid="wx_cai", by="customer"
        )

    _, answer = door.receive_during(delete)
    door.stand_on("aurora")
    run("default")

    assert answer.status_code == 200
    ended = Job.objects.filter(name="acquisition.part_contact")
    assert [job.payload["by"] for job in ended] == ["customer"]


def test_an_edit_owes_a_look_at_the_contact(world: World, connected: Corp, door: Doorway) -> None:
    person = connected.person()["person"]
    added, _ = door.receive_during(lambda: connected.add(person, userid="wx_cai"))

    def edit() -> object:
        changes = {"person": person, "corp_id": connected.corp_id, "userid": "wx_cai"}
        return connected.twin.post("act/edit", **changes, remark="老客户")

    door.receive_during(edit)
    door.stand_on("aurora")
    run("default")

    owed = Job.objects.get(name="members.refresh_contact")
    assert owed.payload["external_userid"] == added["external_userid"]


def test_news_of_a_group_owes_a_look_at_it(world: World, connected: Corp, door: Doorway) -> None:
    person = connected.person()["person"]

    def create() -> Any:
        fields = {"corp_id": connected.corp_id, "owner": "wx_cai", "members": [person]}
        return connected.twin.post("act/group_create", name="福利群", **fields)

    made, _ = door.receive_during(create)
    door.receive_during(
        lambda: connected.twin.post("act/group_leave", chat_id=made["chat_id"], person=person)
    )
    door.stand_on("aurora")
    run("default")

    owed = Job.objects.filter(name="community.refresh_group")
    assert [job.payload for job in owed] == [{"chat_id": made["chat_id"]}] * 2
    assert news_reaches_listeners()[1] == [], "owed to WeCom's word, not to news of our own"
    with clock.frozen(clock.now() + GROUP_LAG):
        run("sync")
    assert CustomerGroup.objects.get().contact_count == 0
