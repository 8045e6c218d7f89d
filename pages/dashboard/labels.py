"""What the keys of a dimension are called."""

from collections.abc import Iterable
from typing import Any

from acquisition.selectors import name_batches_for
from community.contracts import GROUP_TYPE_NAMES, SCENE_NAMES
from community.selectors import name_groups_for
from core.money import format_yuan
from livestream.selectors import name_rooms_for
from org.models import Staff
from org.selectors import name_units_for

ROWS = ("batch", "brand", "store", "group", "room")
"""Dimensions whose keys are rows of ours."""

KINDS = {"share": "分享", "either": "分享或绑定"}
PLATFORMS = {
    "own": "自有商城",
    "tmall": "天猫",
    "jd": "京东",
    "generic": "通用导入",
    "youzan": "有赞",
    "douyin": "抖音",
}
STATUSES = {
    "created": "待付款",
    "paid": "已付款",
    "shipped": "已发货",
    "completed": "已完成",
    "closed": "已关闭",
}
"""States of an order as a platform's file tells them."""


def key_labels(actor: Staff, dimension: str, keys: Iterable[str]) -> dict[str, str]:
    """Names of the keys; of those that are rows only the rows in the actor's reach."""
    if dimension == "kind":
        return KINDS
    if dimension == "platform":
        return PLATFORMS
    ids = [int(key) for key in keys if key.isdigit()]
    if dimension == "scene":
        return {scene.value: name for scene, name in SCENE_NAMES.items()}
    if dimension == "group_type":
        return {kind.value: name for kind, name in GROUP_TYPE_NAMES.items()}
    if dimension == "group":
        return name_groups_for(actor, ids)
    if dimension == "room":
        return name_rooms_for(actor, ids)
    if dimension == "batch":
        return name_batches_for(actor, ids)
    return name_units_for(actor, ids)


def is_in_reach(dimension: str, key: str, names: dict[str, str]) -> bool:
    """Whether a figure of this key may be shown; what belongs to no row belongs to all."""
    return dimension not in ROWS or key in names or not key


DETAILS = {
    "amount_fen": "金额",
    "amount": "金额",
    "left_fen": "可退",
    "transaction_id": "微信单号",
    "first": "第一笔微信单号",
    "currency": "币种",
    "mchid": "商户号",
    "appid": "应用",
    "openid": "付款人",
    "state": "状态",
    "code": "错误码",
    "message": "原因",
    "failure": "原因",
}


def name_details(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """The facts of a payment exception in words; a pair is ours and theirs."""
    return [(DETAILS.get(name, name), _in_words(name, fact)) for name, fact in detail.items()]


def _in_words(name: str, fact: Any) -> str:
    if isinstance(fact, list) and len(fact) == 2:
        return f"我方 {_in_words(name, fact[0])}，微信 {_in_words(name, fact[1])}"
    is_money = name == "amount" or name.endswith("_fen")
    return format_yuan(fact) if is_money and isinstance(fact, int) else str(fact)
