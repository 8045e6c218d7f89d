"""Reading a brand's merchant account."""

from core.errors import PortFailure
from wechatpay.models import PayMerchant


def find_merchant() -> PayMerchant | None:
    """The account connected last: the one that collects for this brand."""
    return PayMerchant.objects.order_by("-connected_at", "-pk").first()


def get_merchant() -> PayMerchant:
    merchant = find_merchant()
    if merchant is None:
        raise PortFailure("not_connected", "还没有连接微信支付")
    return merchant


def find_merchant_by_key(notify_key: str) -> PayMerchant | None:
    return PayMerchant.objects.filter(notify_key=notify_key).first()


def find_merchant_of(mchid: str) -> PayMerchant | None:
    return PayMerchant.objects.filter(mchid=mchid).first()
