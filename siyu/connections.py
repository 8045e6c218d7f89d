"""Fills `org.contracts.BrandConnections`: what the connection pages show, save and check."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidInput, NotFound
from org.contracts import ConnectionCheck
from wechatpay.gateway import notify_url
from wechatpay.selectors import find_merchant
from wechatpay.services import check_wechatpay, connect_wechatpay
from wecom.checks import callback_url
from wecom.selectors import find_app, find_mp
from wecom.services import check_mp, check_wecom, connect_mp, connect_wecom


@dataclass(frozen=True)
class Field:
    """One input. A secret is never shown again, and left empty it stays as it is."""

    name: str
    label: str
    is_secret: bool = False
    is_long: bool = False
    is_optional: bool = False


@dataclass(frozen=True)
class Link:
    """One kind of connection: how to find, save, check and address it."""

    title: str
    help: str
    fields: tuple[Field, ...]
    find: Callable[[], Any]
    save: Callable[..., Any]
    check: Callable[[Any], list[ConnectionCheck]]
    address: Callable[[Any], str] = lambda _: ""


LINKS: dict[str, Link] = {
    "wecom": Link(
        title="企业微信",
        help="在企业微信管理后台的自建应用里找到这些信息，并把回调地址填回「接收消息」。",
        fields=(
            Field("corp_id", "企业 ID（CorpID）"),
            Field("agent_id", "AgentId"),
            Field("secret", "Secret", is_secret=True),
            Field("token", "接收消息 Token", is_secret=True),
            Field("aes_key", "EncodingAESKey", is_secret=True),
        ),
        find=find_app,
        save=connect_wecom,
        check=check_wecom,
        address=callback_url,
    ),
    "mp": Link(
        title="公众号",
        help="顾客用它登录商城。需要已认证的服务号，并把商城域名设为网页授权域名。",
        fields=(
            Field("appid", "AppID"),
            Field("secret", "AppSecret", is_secret=True),
        ),
        find=find_mp,
        save=connect_mp,
        check=check_mp,
    ),
    "wechatpay": Link(
        title="微信支付",
        help="收款和退款用的商户号，需要与公众号绑定。",
        fields=(
            Field("mchid", "商户号"),
            Field("appid", "公众号 AppID"),
            Field("serial", "商户证书序列号"),
            Field("private_key_pem", "商户私钥（PEM）", is_secret=True, is_long=True),
            Field("apiv3_key", "APIv3 密钥", is_secret=True),
            Field("public_key_id", "微信支付公钥 ID", is_optional=True),
            Field("public_key_pem", "微信支付公钥（PEM）", is_long=True, is_optional=True),
        ),
        find=find_merchant,
        save=connect_wechatpay,
        check=check_wechatpay,
        address=notify_url,
    ),
}


class StoredConnections:
    def describe(self) -> dict[str, Any]:
        return {kind: _describe(link) for kind, link in LINKS.items()}

    def connect(self, kind: str, fields: dict[str, str]) -> list[ConnectionCheck]:
        """Save and check; refuses `InvalidInput` with the sentence to show."""
        link = _link(kind)
        row = link.save(**_complete(link, link.find(), fields))
        return link.check(row)

    def check(self, kind: str) -> list[ConnectionCheck]:
        link = _link(kind)
        row = link.find()
        if row is None:
            raise NotFound(f"还没有连接{link.title}")
        return link.check(row)


def _link(kind: str) -> Link:
    if kind not in LINKS:
        raise NotFound
    return LINKS[kind]


def _complete(link: Link, row: Any, given: dict[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in link.fields:
        value = given.get(field.name, "").strip()
        if not value and row is not None and (field.is_secret or field.is_long):
            value = getattr(row, field.name)
        if not value and not field.is_optional:
            raise InvalidInput(f"请填写{field.label}")
        values[field.name] = value
    return values


def _describe(link: Link) -> dict[str, Any]:
    row = link.find()
    return {
        "title": link.title,
        "help": link.help,
        "is_connected": row is not None,
        "callback_url": link.address(row) if row is not None else "",
        "checks": [ConnectionCheck(**line) for line in row.checks] if row else [],
        "checked_at": row.checked_at if row else None,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "is_secret": field.is_secret,
                "is_long": field.is_long,
                "value": _shown(field, row),
            }
            for field in link.fields
        ],
    }


def _shown(field: Field, row: Any) -> str:
    if row is None or field.is_secret or field.is_long:
        return ""
    return str(getattr(row, field.name))
