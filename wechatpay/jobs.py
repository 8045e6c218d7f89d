"""Handling what WeChat Pay told us."""

from core.jobs import Payload, job
from wechatpay import services


@job("wechatpay.handle_notify", lane="money")
def handle_notify(payload: Payload) -> None:
    services.handle_notice(payload["inbox_id"])
