"""The mall's public contract for writing."""

from mall.services.benefits import create_benefit, grant_entitlement
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
from mall.services.imports import (
    delete_mapping,
    order_import,
    resume_instead,
    run_import,
    save_mapping,
    start_import,
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
from mall.services.shipping import confirm_receipt, receive_overdue, ship_order
from mall.services.sweeps import check_payment, recheck_closed, sweep_payments

__all__ = [
    "RefundSettled",
    "Settled",
    "add_sku",
    "add_stock",
    "apply_refund",
    "approve_refund",
    "assign_store",
    "cancel_order",
    "check_payment",
    "close_expired",
    "confirm_receipt",
    "create_benefit",
    "create_product",
    "decline_refund",
    "delete_mapping",
    "edit_product",
    "expire_entitlements",
    "grant_entitlement",
    "note_exception",
    "order_import",
    "place_claim_order",
    "place_order",
    "receive_overdue",
    "recheck_closed",
    "refund_amount",
    "refund_rest",
    "request_refund",
    "resolve_exception",
    "resume_instead",
    "retry_refund",
    "run_import",
    "save_mapping",
    "send_refund",
    "set_freight",
    "set_price",
    "set_stock",
    "settle_payment",
    "settle_refund",
    "ship_order",
    "start_import",
    "start_payment",
    "sweep_payments",
]
