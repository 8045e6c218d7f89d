"""WRITE: what came in through the callback address, and what becomes of it."""

import hashlib
import re
from dataclasses import asdict

from django.db import transaction

from core import audit, clock, inbox
from core.errors import InvalidInput, Refusal
from core.ids import random_text
from core.locks import Busy, lock_objects
from core.models import InboxMessage
from org.contracts import ConnectionCheck
from wecom.checks import check_account, check_app, check_callback
from wecom.handlers import Received, find_handler
from wecom.models import MpAccount, WecomApp
from wecom.parsing import Senseless, label, looks_like_contact_added, parse_event

__all__ = [
    "check_mp",
    "check_wecom",
    "connect_mp",
    "connect_wecom",
    "handle_message",
    "note_verified",
    "receive_callback",
]

SOURCE = "wecom"
CONTACT_JOB, OTHER_JOB = "wecom.handle_contact", "wecom.handle_callback"


def receive_callback(app: WecomApp, text: str) -> bool:
    """Keep an authentic message before it is acknowledged; False for a copy.

    The key is a hash of the content: sender and second of creation are shared by
    different true events. PostgreSQL holds no NUL: SUBSTITUTE is as foreign to XML.
    """
    key = hashlib.sha256(text.encode()).hexdigest()
    job = CONTACT_JOB if looks_like_contact_added(text) else OTHER_JOB
    return inbox.receive(SOURCE, key, label(text), text.replace("\x00", "\x1a"), job)


def note_verified(app: WecomApp) -> None:
    """WeCom has reached the callback address and found the right key behind it."""
    app.verified_at = clock.real_now()
    line = asdict(check_callback(app))
    kept = [check for check in app.checks if check["name"] != line["name"]]
    WecomApp.objects.filter(pk=app.pk).update(
        verified_at=app.verified_at, checks=[*kept, line] if kept else []
    )


def handle_message(inbox_id: int) -> None:
    """Make the one service call that a message asks for; idempotent.

    What is refused or makes no sense stays in the inbox as a dead letter, for a person.
    """
    try:
        with transaction.atomic():
            message = lock_objects(InboxMessage, [inbox_id])[0]
            if message.state != InboxMessage.State.DONE:
                _dispatch(message)
                inbox.finish(message)
    except Busy:
        raise
    except Refusal as refusal:
        inbox.give_up(message, f"{refusal.code}: {refusal.text}")
        raise


def _dispatch(message: InboxMessage) -> None:
    event = parse_event(message.body)
    corp_id = event.text("ToUserName") or event.text("AuthCorpId")
    if not WecomApp.objects.filter(corp_id=corp_id).exists():
        raise Senseless("消息不是发给已连接的企业的")
    if not event.kind[0]:
        raise Senseless("不是事件，没有 Event")
    handler = find_handler(event.kind)
    if handler is None:
        raise Senseless(f"不认识的事件 {event.kind[0][:40]}")
    handler(Received(event, message, event.created_at))


_APP_RULES = {
    "corp_id": (r"[0-9A-Za-z_\-]{6,64}", "企业 ID（CorpID）格式不对"),
    "agent_id": (r"[0-9]{1,15}", "AgentId 应为数字"),
    "secret": (r"[!-~]{1,200}", "Secret 不能为空，也不能有空格"),
    "token": (r"[0-9A-Za-z]{1,32}", "Token 应为 1 到 32 位字母或数字"),
    "aes_key": (r"[0-9A-Za-z]{43}", "EncodingAESKey 应为 43 位字母或数字"),
}
_MP_RULES = {
    "appid": (r"[0-9A-Za-z_\-]{6,32}", "AppID 格式不对"),
    "secret": (r"[!-~]{1,200}", "AppSecret 不能为空，也不能有空格"),
}


@transaction.atomic
def connect_wecom(
    *, corp_id: str, agent_id: str, secret: str, token: str, aes_key: str
) -> WecomApp:
    """Keep the app's credentials; doing it again changes them and keeps the address."""
    kept = {"secret": secret, "token": token, "aes_key": aes_key}
    _refuse_malformed(_APP_RULES, {"corp_id": corp_id, "agent_id": agent_id, **kept})

    values = {**kept, "connected_at": clock.now()}
    app, created = WecomApp.objects.update_or_create(
        corp_id=corp_id,
        agent_id=agent_id,
        defaults=values,
        create_defaults={**values, "callback_key": random_text(128)},
    )

    audit.record(
        "wecom.app.connected" if created else "wecom.app.reconnected",
        app,
        after={"corp_id": corp_id, "agent_id": agent_id},
    )
    return app


@transaction.atomic
def connect_mp(*, appid: str, secret: str) -> MpAccount:
    """Keep the credentials of the 公众号 through which customers log in."""
    _refuse_malformed(_MP_RULES, {"appid": appid, "secret": secret})

    account, created = MpAccount.objects.update_or_create(
        appid=appid, defaults={"secret": secret, "connected_at": clock.now()}
    )

    audit.record(
        "wecom.mp.connected" if created else "wecom.mp.reconnected",
        account,
        after={"appid": appid},
    )
    return account


def check_wecom(app: WecomApp) -> list[ConnectionCheck]:
    """Call each needed API once and keep what is missing, in plain Chinese."""
    checks = check_app(app)
    WecomApp.objects.filter(pk=app.pk).update(
        checks=[asdict(check) for check in checks], checked_at=clock.now()
    )
    return checks


def check_mp(account: MpAccount) -> list[ConnectionCheck]:
    checks = check_account(account)
    MpAccount.objects.filter(pk=account.pk).update(
        checks=[asdict(check) for check in checks], checked_at=clock.now()
    )
    return checks


def _refuse_malformed(rules: dict[str, tuple[str, str]], given: dict[str, str]) -> None:
    for name, (shape, message) in rules.items():
        if not re.fullmatch(shape, given[name], re.ASCII):
            raise InvalidInput(message)
