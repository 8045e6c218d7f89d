"""Whatever is not WeCom speaking to us now leaves no trace and is told nothing."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from django.db import connection
from django.test import Client

from core import clock, jobs
from core.models import InboxMessage, Job
from tenants.models import Tenant
from tests.footprint import footprint, grown
from tests.wecom import forge_crypto, forge_replay, forge_xml
from tests.wecom.forge_desk import (
    AES_KEY,
    CALLBACK_KEY,
    CORP_ID,
    TOKEN,
    Build,
    Forged,
    as_query,
    echo,
    encrypt,
    envelope,
    event,
    genuine,
    said,
    signed_query,
)
from wecom.guard import CallbackRefused, read_envelope
from wecom.models import WecomApp

pytestmark = pytest.mark.django_db

Send = Callable[[Forged], Any]


@pytest.fixture
def app() -> WecomApp:
    return WecomApp.objects.create(
        corp_id=CORP_ID,
        agent_id="1000002",
        secret="s",
        token=TOKEN,
        aes_key=AES_KEY,
        callback_key=CALLBACK_KEY,
        connected_at=clock.now(),
    )


@pytest.fixture
def send(app: WecomApp, aurora: Tenant) -> Send:
    """Send it as it is, then stand on Aurora again: a request leaves us on public."""
    client = Client(raise_request_exception=False)

    def send(forged: Forged) -> Any:
        answer = client.generic(
            forged.method,
            f"{forged.path}?{forged.query}",
            forged.body,
            content_type="text/xml",
            HTTP_HOST=forged.host,
            **forged.meta,
        )
        cast(Any, connection).set_tenant(aurora)
        return answer

    return send


def run_all() -> None:
    for lane in jobs.LANES:
        jobs.run_due(lane)


REFUSED = {
    **forge_replay.REFUSED,
    **forge_xml.OUTER,
    **{name: (build, 400) for name, build in forge_crypto.UNREADABLE.items()},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_forgery_is_refused_without_a_trace(name: str, send: Send) -> None:
    build, status = REFUSED[name]
    before = footprint()

    answer = send(build())

    assert answer.status_code == status
    assert b"Traceback" not in answer.content
    assert grown(before) == {}


@pytest.mark.parametrize("name", forge_xml.SENSELESS)
def test_a_senseless_message_becomes_one_dead_letter(name: str, send: Send) -> None:
    build: Build = forge_xml.SENSELESS[name]
    before = footprint()

    answer = send(build())
    run_all()

    assert (answer.status_code, answer.content) == (200, b"success")
    assert grown(before) == {"core_inboxmessage": 1, "core_job": 1}
    message = InboxMessage.objects.get(source="wecom")
    assert message.state == InboxMessage.State.DEAD
    assert message.reason.startswith("callback_senseless: ")
    assert Job.objects.get(key=f"inbox:{message.pk}").state == Job.State.DEAD


@pytest.mark.parametrize("text", ["<!DOCTYPE xml>", "<!doctype x>", "<! ENTITY a 'b'>", "<!EnTiTy"])
def test_a_document_type_is_refused_before_anything_is_read(text: str) -> None:
    with pytest.raises(CallbackRefused, match="document type"):
        read_envelope(f"{text}<xml></xml>".encode())


def test_a_genuine_message_is_kept_and_handled_once(send: Send) -> None:
    before = footprint()

    answer = send(genuine())
    run_all()

    assert (answer.status_code, answer.content) == (200, b"success")
    assert grown(before) == {"core_inboxmessage": 1, "core_job": 1}
    assert InboxMessage.objects.get(source="wecom").state == InboxMessage.State.DONE


def test_copies_under_new_nonces_and_ciphertexts_are_one_message(send: Send) -> None:
    before = footprint()

    answers = [send(said(event())) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert grown(before) == {"core_inboxmessage": 1, "core_job": 1}
    assert InboxMessage.objects.get(source="wecom").deliveries == 4


def test_an_exact_replay_within_the_window_changes_nothing(send: Send) -> None:
    forged = genuine()
    send(forged)
    run_all()
    before = footprint()

    assert send(forged).status_code == 200
    run_all()

    assert grown(before) == {}


def test_two_events_of_one_second_are_two_messages(send: Send) -> None:
    send(said(event(UserID="wx_cai")))
    send(said(event(UserID="wx_dee")))

    assert InboxMessage.objects.filter(source="wecom").count() == 2


@pytest.mark.parametrize("shift", [-280, 0, 280])
def test_clocks_may_differ_by_less_than_five_minutes(shift: int, send: Send) -> None:
    ciphertext = encrypt(event())
    query = as_query(signed_query(ciphertext, shift=shift))

    assert send(Forged(query, envelope(ciphertext))).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace("<![CDATA[", "").replace("]]>", ""),
        lambda xml: xml.replace("><", ">\n  <"),
        lambda xml: '<?xml version="1.0" encoding="UTF-8"?>\n' + xml + "\n",
        lambda xml: xml.replace("<AgentID><![CDATA[1000002]]></AgentID>", ""),
        lambda xml: xml.replace("<AgentID><![CDATA[1000002]]></AgentID>", "<AgentID></AgentID>"),
    ],
    ids=["bare_text", "line_breaks", "declaration", "no_agent", "empty_agent"],
)
def test_the_envelope_is_read_in_every_form_wecom_writes(
    change: Callable[[str], str], send: Send
) -> None:
    ciphertext = encrypt(event())
    body = change(envelope(ciphertext).decode()).encode()

    assert send(Forged(as_query(signed_query(ciphertext)), body)).status_code == 200
    assert InboxMessage.objects.filter(source="wecom").count() == 1


def test_the_address_is_verified_with_the_plain_text_alone(send: Send, app: WecomApp) -> None:
    answer = send(echo("1616140317555161061"))

    assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
    app.refresh_from_db()
    assert app.verified_at is not None


def test_a_space_in_echostr_was_a_plus_sign(send: Send) -> None:
    for _ in range(40):
        forged = echo()
        if "%2B" in forged.query:
            break
    assert "%2B" in forged.query, "need a ciphertext with + for this test to mean anything"

    spaced = Forged(forged.query.replace("%2B", "+"), method="GET")

    assert send(spaced).status_code == 200


def test_contact_adds_wait_in_the_greeting_lane(send: Send) -> None:
    send(said(event(ChangeType="add_external_contact", WelcomeCode="WC-1")))
    send(said(event(ChangeType="add_half_external_contact", WelcomeCode="WC-2")))
    send(said(event(ChangeType="edit_external_contact")))

    lanes = Job.objects.filter(name__startswith="wecom.").order_by("pk")
    assert list(lanes.values_list("lane", flat=True)) == ["greeting", "greeting", "default"]


def test_there_are_enough_forgeries() -> None:
    assert len(forge_replay.REFUSED) >= 40
    assert len(forge_xml.OUTER) + len(forge_xml.SENSELESS) >= 25
    assert len(forge_crypto.UNREADABLE) >= 15
