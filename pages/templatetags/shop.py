"""Pictures for products that have none: drawn by category, in a tone of their own."""

import zlib
from typing import Any

from django import template

from mall.models import Product
from mall.selectors import count_cart

register = template.Library()

MOTIFS = (
    ("bed", ("寝", "枕", "被", "四件套", "毯", "家纺")),
    ("cream", ("护肤", "面霜", "精华", "面膜", "乳液")),
    ("lipstick", ("彩妆", "口红", "美妆", "唇")),
    ("snack", ("零食", "食品", "果", "糕", "饼", "肉", "卤", "凤爪", "酱", "糖")),
    ("tea", ("茶", "咖啡", "饮", "酒")),
    ("garment", ("服", "衣", "裙", "裤", "衫", "外套")),
    ("shoe", ("鞋", "靴", "袜")),
    ("toy", ("母婴", "玩具", "童", "宝宝")),
    ("vase", ("家居", "香", "杯", "餐", "灯")),
)
"""The first motif with a word in the category, else in the title."""

TONES = 6


@register.filter
def art(product: Product) -> str:
    """The template that draws a product."""
    for text in (product.category, product.title):
        for motif, words in MOTIFS:
            if any(word in text for word in words):
                return f"shop/art/{motif}.html"
    return "shop/art/box.html"


@register.filter
def tone(product: Product) -> str:
    """The class with a product's colours: always the same for the same product."""
    return f"tone-{zlib.crc32(product.public_id.encode()) % TONES}"


@register.filter
def face(name: str) -> str:
    """What stands in a person's circle when there is no picture."""
    return name[:1]


@register.simple_tag(takes_context=True)
def cart_size(context: dict[str, Any]) -> int:
    """How many kinds of goods lie in the visitor's cart, for its badge."""
    customer = getattr(context["request"], "customer", None)
    return count_cart(customer) if customer is not None else 0
