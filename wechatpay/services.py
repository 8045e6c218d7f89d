"""WRITE: the merchant account, and what WeChat Pay tells us of it."""

import hashlib
import json
import re
from dataclasses import asdict
from typing import Any

from django.db import transaction

from core import audit, clock, inbox
from core.errors import InvalidInput, Refusal
from core.ids import random_text
from core.locks import Busy
from core.models import InboxMessage
from distribution import services as distribution
from distribution.services import PayoutSettled
from mall import services as mall
from mall.contracts import TradeState
from mall.services import RefundSettled, Settled
from org.contracts import ConnectionCheck
from wechatpay import signing
from wechatpay.checks import check_account
from wechatpay.facts import Senseless, payment_fact, refund_fact, transfer_fact
from wechatpay.guard import Notice
from wechatpay.models import PayMerchant
from wechatpay.selectors import find_merchant_of
from wechatpay.strict_json import NotJson, parse_object

__all__ = ["check_wechatpay", "connect_wechatpay", "handle_notice", "receive_notice"]

SOURCE = "wechatpay"
PAYMENTS = frozenset({"TRANSACTION.SUCCESS"})
TRANSFERS = frozenset({"MCHTRANSFER.BILL.FINISHED"})
REFUNDS = frozenset({"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"})


def receive_notice(merchant: PayMerchant, notice: Notice) -> bool:
    """Keep an authentic notice before it is acknowledged; False for a copy.

    The same news comes under several ids and nonces, so the key is what it says.
    """
    head = f"{merchant.mchid}\n{notice.event_type}\n".encode()
    body = {
        "mchid": merchant.mchid,
        "event_id": notice.event_id,
        "event_type": notice.event_type,
        "plain": notice.plain.decode(errors="replace"),
    }
    return inbox.receive(
        SOURCE,
        hashlib.sha256(head + notice.plain).hexdigest(),
        notice.event_type,
        json.dumps(body),
        "wechatpay.handle_notify",
    )


def handle_notice(inbox_id: int) -> None:
    """Tell the mall, or distribution, what a notice says, once; idempotent.

    What is authentic and not about an order of ours as we know it becomes a dead letter.
    """
    message = InboxMessage.objects.get(pk=inbox_id)
    if message.state == InboxMessage.State.DONE:
        return
    try:
        settled = _settle(json.loads(message.body))
    except Busy:
        raise
    except Refusal as refusal:
        inbox.give_up(message, f"{refusal.code}: {refusal.text}")
        raise
    if settled in (Settled.EXCEPTION, RefundSettled.EXCEPTION, PayoutSettled.EXCEPTION):
        inbox.give_up(message, "与我们的记录不符，已列入异常")
    else:
        inbox.finish(message)


def _settle(notice: dict[str, Any]) -> Settled | RefundSettled | PayoutSettled:
    try:
        data = parse_object(notice["plain"])
    except NotJson as error:
        raise Senseless("通知内容不是有效的 JSON") from error
    merchant = find_merchant_of(notice["mchid"])
    name = "mch_id" if notice["event_type"] in TRANSFERS else "mchid"
    if merchant is None or data.get(name) != merchant.mchid:
        raise Senseless("通知的商户号不是我们的")
    if notice["event_type"] in PAYMENTS:
        fact = payment_fact(data)
        if fact.state is not TradeState.SUCCESS:
            raise Senseless("支付成功通知的交易状态不是成功")
        return mall.settle_payment(fact)
    if notice["event_type"] in REFUNDS:
        refund = refund_fact(data)
        if notice["event_type"] != f"REFUND.{refund.state.value.upper()}":
            raise Senseless("退款通知的类型与内容不一致")
        return mall.settle_refund(refund)
    if notice["event_type"] in TRANSFERS:
        return distribution.settle_transfer(transfer_fact(data))
    raise Senseless(f"不认识的通知类型 {notice['event_type']}")


_RULES = {
    "mchid": (r"[0-9]{6,32}", "商户号应为数字"),
    "appid": (r"[0-9A-Za-z_\-]{6,32}", "AppID 格式不对"),
    "serial": (r"[0-9A-Fa-f]{8,64}", "证书序列号应为十六进制"),
    "apiv3_key": (r"[!-~]{32}", "APIv3 密钥应为 32 个字符"),
    "public_key_id": (r"(PUB_KEY_ID_[0-9A-Za-z]{1,60})?", "公钥 ID 应以 PUB_KEY_ID_ 开头"),
}


@transaction.atomic
def connect_wechatpay(*, mchid: str, private_key_pem: str, **fields: str) -> PayMerchant:
    """Keep the merchant's credentials; doing it again changes them and keeps the address.

    `fields` are appid, serial, apiv3_key and, unless the merchant verifies with platform
    certificates, public_key_id and public_key_pem.
    """
    values = {"public_key_id": "", "public_key_pem": "", **fields}
    _refuse_malformed({"mchid": mchid, **values})
    _refuse_keys(private_key_pem, values["public_key_id"], values["public_key_pem"])

    kept = {**values, "private_key_pem": private_key_pem, "connected_at": clock.now()}
    merchant, created = PayMerchant.objects.update_or_create(
        mchid=mchid,
        defaults=kept,
        create_defaults={**kept, "notify_key": random_text(128)},
    )

    audit.record(
        "wechatpay.merchant.connected" if created else "wechatpay.merchant.reconnected",
        merchant,
        after={"mchid": mchid, "appid": merchant.appid, "serial": merchant.serial},
    )
    return merchant


def check_wechatpay(merchant: PayMerchant) -> list[ConnectionCheck]:
    """Call WeChat Pay once for each thing we need and keep what is missing."""
    checks = check_account(merchant)
    PayMerchant.objects.filter(pk=merchant.pk).update(
        checks=[asdict(check) for check in checks], checked_at=clock.now()
    )
    return checks


def _refuse_malformed(given: dict[str, str]) -> None:
    for name, (shape, message) in _RULES.items():
        if not re.fullmatch(shape, given[name], re.ASCII):
            raise InvalidInput(message)


def _refuse_keys(private_key_pem: str, public_key_id: str, public_key_pem: str) -> None:
    try:
        signing.private_key(private_key_pem)
    except signing.KeyUnusable as error:
        raise InvalidInput("商户私钥不是有效的 PEM 私钥") from error
    if not public_key_id:
        return
    try:
        signing.public_key(public_key_pem)
    except signing.KeyUnusable as error:
        raise InvalidInput("微信支付公钥不是有效的 PEM 公钥") from error
