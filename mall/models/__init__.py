"""The mall's tables, by noun."""

from mall.models.benefits import Benefit, Entitlement
from mall.models.carts import Address, CartLine
from mall.models.flash import FlashClaim, FlashSale, StockBucket, StockRelease
from mall.models.freight import FreightTemplate
from mall.models.goods import FreightRule, Product, Sku, Stock
from mall.models.imports import ImportMapping
from mall.models.orders import Order, OrderLine
from mall.models.payments import PayException, Payment, Refund, RefundLine

__all__ = [
    "Address",
    "Benefit",
    "CartLine",
    "Entitlement",
    "FlashClaim",
    "FlashSale",
    "FreightRule",
    "FreightTemplate",
    "ImportMapping",
    "Order",
    "OrderLine",
    "PayException",
    "Payment",
    "Product",
    "Refund",
    "RefundLine",
    "Sku",
    "Stock",
    "StockBucket",
    "StockRelease",
]
