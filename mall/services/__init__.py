"""The mall's public contract for writing."""

from mall.services.addresses import (
    delete_address,
    remember_address,
    save_address,
    set_default_address,
)
from mall.services.benefits import create_benefit, grant_entitlement
from mall.services.carts import add_to_cart, change_cart, place_cart_orders
from mall.services.catalogue import (
    add_sku,
    add_stock,
    create_product,
    edit_product,
    set_freight,
    set_price,
    set_stock,
)
from mall.services.claims import place_claim_order
from mall.services.closing import cancel_order, close_expired
from mall.services.exceptions import note_exception, resolve_exception
from mall.services.expiry import expire_entitlements
from mall.services.flash import end_flash_sale, open_flash_sale
from mall.services.freight import FreightTerms, save_freight_template
from mall.services.imports import (
    change_mapping,
    delete_mapping,
    order_import,
    order_member_import,
    resume_instead,
    run_import,
    run_member_import,
    save_mapping,
    start_import,
    start_member_import,
)
from mall.services.orders import assign_store, place_order
from mall.services.payments import Settled, settle_payment, start_payment
from mall.services.refund_results import RefundSettled, send_refund, settle_refund
from mall.services.refunds import (
    apply_refund,
    approve_refund,
    decline_refund,
    refund_amount,
    refund_rest,
    request_refund,
    retry_refund,
)
from mall.services.returns import send_goods_back, take_goods_in, withdraw_refund
from mall.services.shipping import confirm_receipt, receive_overdue, ship_order
from mall.services.sweeps import check_payment, recheck_closed, sweep_payments

__all__ = [
    "FreightTerms",
    "RefundSettled",
    "Settled",
    "add_sku",
    "add_stock",
    "add_to_cart",
    "apply_refund",
    "approve_refund",
    "assign_store",
    "cancel_order",
    "change_cart",
    "change_mapping",
    "check_payment",
    "close_expired",
    "confirm_receipt",
    "create_benefit",
    "create_product",
    "decline_refund",
    "delete_address",
    "delete_mapping",
    "edit_product",
    "end_flash_sale",
    "expire_entitlements",
    "grant_entitlement",
    "note_exception",
    "open_flash_sale",
    "order_import",
    "order_member_import",
    "place_cart_orders",
    "place_claim_order",
    "place_order",
    "receive_overdue",
    "recheck_closed",
    "refund_amount",
    "refund_rest",
    "remember_address",
    "request_refund",
    "resolve_exception",
    "resume_instead",
    "retry_refund",
    "run_import",
    "run_member_import",
    "save_address",
    "save_freight_template",
    "save_mapping",
    "send_goods_back",
    "send_refund",
    "set_default_address",
    "set_freight",
    "set_price",
    "set_stock",
    "settle_payment",
    "settle_refund",
    "ship_order",
    "start_import",
    "start_member_import",
    "start_payment",
    "sweep_payments",
    "take_goods_in",
    "withdraw_refund",
]
