"""Reading a brand's connections."""

from core.errors import PortFailure
from wecom.models import MpAccount, WecomApp


def find_app() -> WecomApp | None:
    """The app connected last: the one that acts for this brand."""
    return WecomApp.objects.order_by("-connected_at", "-pk").first()


def get_app() -> WecomApp:
    app = find_app()
    if app is None:
        raise PortFailure("not_connected", "还没有连接企业微信")
    return app


def find_app_by_key(callback_key: str) -> WecomApp | None:
    return WecomApp.objects.filter(callback_key=callback_key).first()


def find_mp() -> MpAccount | None:
    return MpAccount.objects.order_by("-connected_at", "-pk").first()


def get_mp() -> MpAccount:
    account = find_mp()
    if account is None:
        raise PortFailure("not_connected", "还没有连接公众号")
    return account
