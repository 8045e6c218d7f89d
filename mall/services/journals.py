"""What orders do to the ledger (docs/rules.md, 总账科目). Positive is a debit.

Every line of a journal carries the order's number, so what the ledger holds of an order
sums to zero over all accounts and to paid less refunded on cash.
"""

from core import ledger
from mall.contracts import CASH, SALES_CLAIM, SALES_FREIGHT, SALES_GOODS, SUSPENSE_LATE
from mall.models import Order, Refund

PAID = "order.paid"
PAID_LATE = "order.paid_late"
REFUNDED = "order.refunded"


def post_paid(order: Order) -> None:
    """Money in for goods (or a claim) and their delivery."""
    income = SALES_CLAIM if order.kind == Order.Kind.CLAIM else SALES_GOODS
    lines = [
        _line(order, CASH, order.total_fen, house=True),
        _line(order, income, -(order.total_fen - order.freight_fen)),
        _line(order, SALES_FREIGHT, -order.freight_fen),
    ]
    ledger.post(PAID, order.number, lines)


def post_paid_late(order: Order, amount_fen: int) -> None:
    """Money in for an order that was closed: ours to give back, nobody's income."""
    lines = [
        _line(order, CASH, amount_fen, house=True),
        _line(order, SUSPENSE_LATE, -amount_fen),
    ]
    ledger.post(PAID_LATE, order.number, lines)


def post_refunded(order: Order, refund: Refund) -> None:
    """Money out, on the accounts that had taken it in."""
    against = {
        Refund.Kind.AFTER_SALE: SALES_GOODS,
        Refund.Kind.CLAIM: SALES_CLAIM,
        Refund.Kind.LATE: SUSPENSE_LATE,
    }[Refund.Kind(refund.kind)]
    lines = [
        _line(order, CASH, -refund.amount_fen, house=True),
        _line(order, against, refund.amount_fen - refund.freight_fen),
        _line(order, SALES_FREIGHT, refund.freight_fen),
    ]
    ledger.post(REFUNDED, refund.out_refund_no, lines)


def _line(order: Order, account: str, amount_fen: int, *, house: bool = False) -> ledger.Line:
    party = "" if house else f"order:{order.number}"
    return ledger.Line(account, amount_fen, party=party, order_ref=order.number)
