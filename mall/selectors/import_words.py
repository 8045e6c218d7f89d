"""An import in words for a person: fields of a mapping, flags, totals of a preview."""

import re
from typing import Any

from mall.importing import Flag, Mapping, Preview, Totals
from mall.importing.mapping import LINE_FIELDS, ORDER_FIELDS, REQUIRED

FIELD_WORDS = {
    "order_no": "订单号",
    "placed_at": "下单时间",
    "quantity": "数量",
    "price": "单价",
    "amount": "行金额",
    "buyer": "买家编号",
    "buyer_phone": "买家手机",
    "sku_code": "商品编码",
    "title": "商品名称",
    "paid_at": "付款时间",
    "status": "订单状态",
    "shipped_at": "发货时间",
    "received_at": "收货时间",
    "freight": "运费",
    "discount": "优惠",
    "refund": "退款",
    "name": "收货人",
    "phone": "收货电话",
    "address": "收货地址",
    "tracking_no": "运单号",
    "carrier": "快递公司",
}
"""Every field a mapping may name, the most needed first."""

assert set(FIELD_WORDS) == {*ORDER_FIELDS, *LINE_FIELDS}

NEEDED = frozenset(REQUIRED)

FLAG_WORDS = {
    Flag.AMOUNT_PROVISIONAL: "金额还没有定下来",
    Flag.AMOUNTS_DIFFER: "行金额与订单金额对不上",
    Flag.BUYER_MASKED: "买家账号被遮挡，不能识别会员",
    Flag.BUYER_MISSING: "没有买家",
    Flag.DELETED_ON_PLATFORM: "在平台上已删除",
    Flag.DETAIL_MISSING: "缺少商品明细",
    Flag.LINES_MERGED: "多件商品并成一行",
    Flag.LOCKED_ON_PLATFORM: "在平台上被锁定",
    Flag.PAID_WITHOUT_TIME: "付了款但没有付款时间",
    Flag.PARTLY_SHIPPED: "部分发货",
    Flag.RECEIVER_ENCRYPTED: "收货信息被加密",
    Flag.REFUND_OVER_PAID: "退款超过实付",
    Flag.REFUND_UNKNOWN: "文件里没有退款金额",
    Flag.TOTAL_DIFFERS: "合计与明细对不上",
    Flag.UNMARKED_NEGATIVE: "负数行没有标明是冲销",
    Flag.ZERO_TOTAL: "金额为零",
}

assert set(FLAG_WORDS) == set(Flag)

TOTAL_WORDS = (
    ("orders", "订单"),
    ("lines", "商品行"),
    ("buyers", "买家"),
    ("paid_orders", "已付款订单"),
    ("refund_orders", "有退款的订单"),
)
AMOUNT_WORDS = (("paid_fen", "实付"), ("refund_fen", "退款"), ("net_fen", "净额"))


def read_mapping(found: dict[str, Any]) -> Mapping:
    """Raises `ImportRefused` naming the first thing that is wrong."""
    return Mapping.from_dict(found)


def in_words(text: str) -> str:
    """A refusal with the names of fields that the page shows instead of our codes."""
    return re.sub(r"[a-z_]+", lambda found: FIELD_WORDS.get(found[0], found[0]), text)


def sum_preview(shown: Preview) -> Totals:
    """What the records of a preview come to, counted as an import counts."""
    totals = Totals()
    for order in shown.orders:
        totals.add(order)
    return totals


def name_flags(counted: dict[str, int]) -> list[tuple[str, int]]:
    """(sentence, orders), the most frequent first."""
    rows = sorted(counted.items(), key=lambda pair: -pair[1])
    return [(FLAG_WORDS[Flag(flag)], count) for flag, count in rows]
