"""What the keys of a dimension are called."""

from collections.abc import Iterable

from acquisition.selectors import name_batches
from org.selectors import name_units

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


def key_labels(dimension: str, keys: Iterable[str]) -> dict[str, str]:
    """Names of the keys; one query for those that are rows."""
    wanted = [key for key in keys if key]
    if dimension == "kind":
        return KINDS
    if dimension == "platform":
        return PLATFORMS
    ids = [int(key) for key in wanted if key.isdigit()]
    if dimension == "batch":
        return name_batches(ids)
    return name_units(ids)
