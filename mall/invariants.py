"""What must be true of orders, payments, stock and promises at any moment at rest.

Each check returns how many rows it examined and a Chinese line for each violation. M7
calls the payment platform; all others read the database only. The statements are in
docs/rules.md, 不变量.
"""

import datetime as dt

from core import clock, ports
from core.errors import PortFailure
from core.invariants import Check, Finding, count, violations
from core.models import Entry, Journal
from mall import invariants_stock
from mall.contracts import (
    CASH,
    HISTORY,
    PaymentFact,
    PaymentGateway,
    RefundFact,
    RefundState,
    TradeState,
)
from mall.models import Order, PayException, Payment, Refund
from mall.services.journals import PAID, PAID_LATE

GRACE = dt.timedelta(minutes=10)
"""How long a payment may be known there and not yet here."""

_OF_HISTORY = {"order__flags__contains": [HISTORY]}

LONGEST_WAIT = dt.timedelta(minutes=30)
LONGEST_REFUND = dt.timedelta(days=1)


def ledger_matches_orders() -> Finding:
    """M2: an order's entries sum to zero; on cash they are what was paid less refunded."""
    found = violations(
        "订单 {0}：总账合计 {1} 分，现金 {2} 分，应为 0 和 {3} 分",
        """
        SELECT o.number, COALESCE(e.total, 0), COALESCE(e.cash, 0),
               COALESCE(p.amount_fen, 0) - COALESCE(r.amount_fen, 0)
        FROM mall_order o
        LEFT JOIN mall_payment p ON p.order_id = o.id AND p.state = 'paid'
        LEFT JOIN (
            SELECT order_ref, SUM(amount_fen) AS total,
                   SUM(amount_fen) FILTER (WHERE account = %(cash)s) AS cash
            FROM core_entry WHERE order_ref <> '' GROUP BY order_ref
        ) e ON e.order_ref = o.number
        LEFT JOIN (
            SELECT order_id, SUM(amount_fen) AS amount_fen FROM mall_refund
            WHERE state = 'success' GROUP BY order_id
        ) r ON r.order_id = o.id
        WHERE o.platform = 'own' AND (
            COALESCE(e.total, 0) <> 0
            OR COALESCE(e.cash, 0) <> COALESCE(p.amount_fen, 0) - COALESCE(r.amount_fen, 0)
            OR (o.paid_at IS NOT NULL AND COALESCE(e.cash, 0) <> o.paid_fen - o.refunded_fen))
        ORDER BY o.number
        """,
        {"cash": CASH},
    )
    return count("FROM mall_order WHERE platform = 'own'"), found


def orders_add_up() -> Finding:
    """M6: the order is the sum of its lines, its payment of the order, its refunds of both."""
    found = violations(
        "订单 {0}：商品、合计、实付或退款与明细不符",
        """
        SELECT o.number FROM mall_order o
        LEFT JOIN mall_payment p ON p.order_id = o.id
        JOIN (
            SELECT order_id, SUM(amount_fen) AS amount, SUM(paid_fen) AS paid,
                   SUM(refunded_fen) AS refunded,
                   bool_and(amount_fen = price_fen * quantity) AS priced,
                   bool_and(refunded_fen BETWEEN 0 AND paid_fen) AS within
            FROM mall_orderline GROUP BY order_id
        ) l ON l.order_id = o.id
        LEFT JOIN (
            SELECT order_id, SUM(amount_fen) AS amount, SUM(freight_fen) AS freight
            FROM mall_refund WHERE state = 'success' AND kind = 'after_sale' GROUP BY order_id
        ) r ON r.order_id = o.id
        WHERE o.platform = 'own' AND o.kind = 'sale' AND NOT (
            o.goods_fen = l.amount AND l.priced AND l.within
            AND o.total_fen = o.goods_fen + o.freight_fen - o.discount_fen
            AND (p.id IS NULL OR p.amount_fen = o.total_fen)
            AND o.paid_fen = CASE WHEN o.paid_at IS NULL THEN 0 ELSE o.total_fen END
            AND l.paid = CASE WHEN o.paid_at IS NULL THEN 0
                              ELSE o.total_fen - o.freight_fen END
            AND o.refunded_fen = COALESCE(r.amount, 0)
            AND l.refunded = COALESCE(r.amount - r.freight, 0))
        ORDER BY o.number
        """,
    )
    return count("FROM mall_order WHERE platform = 'own' AND kind = 'sale'"), found


def payments_are_complete() -> Finding:
    """M7: what the platform says was paid has one journal here or an open question, and
    what has a journal here was paid there. Asks about every collection but those of
    history, which were never there (`history_was_never_collected`).
    """
    gateway = ports.get(PaymentGateway)
    found: list[str] = []
    payments = list(Payment.objects.exclude(**_OF_HISTORY).order_by("pk"))
    for payment in payments:
        try:
            found += _compare(payment, gateway.query(payment.out_trade_no))
        except PortFailure as failure:
            found.append(f"收款 {payment.out_trade_no}：无法向微信支付查询（{failure.code}）")
    return len(payments), found + _journals_without_collection()


def _compare(payment: Payment, fact: PaymentFact | None) -> list[str]:
    booked = Entry.objects.filter(
        journal__kind__in=(PAID, PAID_LATE), journal__ref=payment.out_trade_no, account=CASH
    )
    amounts = list(booked.values_list("amount_fen", flat=True))
    paid = fact is not None and fact.state in (TradeState.SUCCESS, TradeState.REFUND)
    if not paid and amounts:
        return [f"收款 {payment.out_trade_no}：总账已入账，微信支付查无付款"]
    if fact is None or not paid or _is_fresh(fact) or _is_questioned(payment):
        return []
    if amounts != [fact.amount_fen]:
        there = f"收款 {payment.out_trade_no}：微信支付收到 {fact.amount_fen} 分"
        return [f"{there}，总账入账 {amounts or '无'}"]
    return []


def _is_fresh(fact: PaymentFact) -> bool:
    return fact.paid_at is not None and fact.paid_at > clock.now() - GRACE


def _is_questioned(payment: Payment) -> bool:
    kinds = ("payment_mismatch", "payment_twice", "refunded_outside")
    return PayException.objects.filter(ref=payment.out_trade_no, kind__in=kinds).exists()


def refunds_are_complete() -> Finding:
    """M7: a refund has succeeded here if and only if it has at the platform, to the fen.

    Refunds of history were never there.
    """
    gateway = ports.get(PaymentGateway)
    found: list[str] = []
    refunds = list(Refund.objects.exclude(**_OF_HISTORY).order_by("pk"))
    for refund in refunds:
        try:
            found += _compare_refund(refund, gateway.query_refund(refund.out_refund_no))
        except PortFailure as failure:
            found.append(f"退款 {refund.out_refund_no}：无法向微信支付查询（{failure.code}）")
    return len(refunds), found


def _compare_refund(refund: Refund, fact: RefundFact | None) -> list[str]:
    here = refund.amount_fen if refund.state == Refund.State.SUCCESS else 0
    there = fact.amount_fen if fact and fact.state is RefundState.SUCCESS else 0
    is_fresh = fact and fact.succeeded_at and fact.succeeded_at > clock.now() - GRACE
    if here == there or (is_fresh and not here):
        return []
    return [f"退款 {refund.out_refund_no}：微信支付退了 {there} 分，这里记了 {here} 分"]


def history_was_never_collected() -> Finding:
    """M7: the mark that keeps a collection from being asked about is on none that went
    through a merchant number of ours.
    """
    found = violations(
        "订单 {0}：标为历史，却有微信支付的痕迹（{1}）",
        """
        SELECT o.number, concat_ws(' ', NULLIF(p.mchid, ''), NULLIF(p.prepay_id, ''),
                                   NULLIF(p.transaction_id, ''), NULLIF(r.refund_id, ''))
        FROM mall_order o
        LEFT JOIN mall_payment p ON p.order_id = o.id
        LEFT JOIN mall_refund r ON r.order_id = o.id AND r.refund_id <> ''
        WHERE o.flags @> %(mark)s::jsonb AND (r.id IS NOT NULL
              OR p.mchid <> '' OR p.prepay_id <> '' OR p.transaction_id <> '')
        ORDER BY o.number
        """,
        {"mark": f'["{HISTORY}"]'},
    )
    return Order.objects.filter(flags__contains=[HISTORY]).count(), found


def _journals_without_collection() -> list[str]:
    paid = Payment.objects.filter(state=Payment.State.PAID).values("out_trade_no")
    strays = Journal.objects.filter(kind__in=(PAID, PAID_LATE)).exclude(ref__in=paid)
    return [f"分录 {kind} {ref}：没有对应的收款" for kind, ref in strays.values_list("kind", "ref")]


def nothing_ends_in_silence() -> Finding:
    """M8: a collection ends as paid or closed, money for a closed order goes back, and a
    refund ends or is a person's question.
    """
    moments = {
        "waited": clock.now() - LONGEST_WAIT,
        "refunding": clock.now() - LONGEST_REFUND,
    }
    found = violations(
        "订单 {0}：付款期已过仍未了结（订单 {1}，收款 {2}）",
        """
        SELECT o.number, o.state, COALESCE(p.state, '-') FROM mall_order o
        LEFT JOIN mall_payment p ON p.order_id = o.id
        WHERE o.platform = 'own' AND (
            ((o.state = 'created' OR p.state = 'prepay') AND o.expires_at < %(waited)s)
            OR (p.state = 'paid' AND o.state = 'created')
            OR (p.state = 'paid' AND o.paid_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM mall_refund r WHERE r.order_id = o.id AND r.kind = 'late')))
        ORDER BY o.number
        """,
        moments,
    )
    found += violations(
        "退款 {0}：{1}，没有结果也没有人处理",
        """
        SELECT r.out_refund_no, r.state FROM mall_refund r
        WHERE (r.state IN ('requested', 'processing')
                AND COALESCE(r.decided_at, r.created_at) < %(refunding)s)
           OR (r.state = 'failed' AND NOT EXISTS (
               SELECT 1 FROM mall_payexception x
               WHERE x.kind = 'refund_failed' AND x.ref = r.out_refund_no))
        ORDER BY r.out_refund_no
        """,
        moments,
    )
    return count("FROM mall_order WHERE platform = 'own'") + count("FROM mall_refund"), found


def lines_hold_what_they_sold() -> Finding:
    """S1, S2: a line holds its pieces until its order closes unsent or a refund before
    sending puts them back, each piece once.
    """
    sold = """
        FROM mall_orderline l JOIN mall_order o ON o.id = l.order_id
        WHERE o.platform = 'own' AND o.kind = 'sale' AND NOT l.is_gift
    """
    found = violations(
        "订单 {0} 的商品行 {1}：占用 {2} 件，应为 {3} 件",
        f"""
        SELECT * FROM (
            SELECT o.number, l.id, l.held,
                   CASE WHEN o.state = 'closed' AND o.shipped_at IS NULL THEN 0
                        ELSE l.quantity - COALESCE((
                            SELECT SUM(rl.quantity) FROM mall_refundline rl
                            JOIN mall_refund r ON r.id = rl.refund_id AND r.state = 'success'
                            WHERE rl.line_id = l.id), 0)
                   END AS expected
            {sold}) line
        WHERE held <> expected ORDER BY number, id
        """,
    )
    return count(sold), found


def promises_are_kept_once() -> Finding:
    """S4: a promise has one live claim, goes out once and once more for its one return,
    and holds one piece in the house from its claim until it is sent.
    """
    found = violations(
        "福利 {0}（{1}）：领取单 {2}，赠品行 {3}，退回 {4}，在库占用 {5}",
        """
        SELECT * FROM (
            SELECT e.public_id, e.state, (
                SELECT COUNT(*) FROM mall_orderline l JOIN mall_order o ON o.id = l.order_id
                WHERE l.entitlement_id = e.id AND o.kind = 'claim' AND o.state <> 'closed'
            ) AS claims, (
                SELECT COUNT(*) FROM mall_orderline l JOIN mall_order o ON o.id = l.order_id
                WHERE l.entitlement_id = e.id AND o.kind = 'sale'
            ) AS gifts, e.returns, (
                SELECT COALESCE(SUM(l.held), 0) FROM mall_orderline l
                JOIN mall_order o ON o.id = l.order_id
                WHERE l.entitlement_id = e.id
                  AND (o.kind = 'claim' OR o.shipped_at IS NULL)
            ) AS held, e.claim_order_id
            FROM mall_entitlement e) promise
        WHERE claims > 1 OR gifts > 1 + returns OR returns > 1 OR held > 1
           OR (state = 'claimed' AND returns = 0 AND held <> 1)
           OR (state NOT IN ('granted', 'expired') AND claim_order_id IS NULL)
        ORDER BY public_id
        """,
    )
    return count("FROM mall_entitlement"), found


CHECKS: dict[str, tuple[Check, ...]] = {
    "M2": (ledger_matches_orders,),
    "M6": (orders_add_up,),
    "M7": (payments_are_complete, refunds_are_complete),
    "M7.history": (history_was_never_collected,),
    "M8": (nothing_ends_in_silence,),
    **invariants_stock.CHECKS,
    "S1": (*invariants_stock.CHECKS["S1"], lines_hold_what_they_sold),
    "S4": (promises_are_kept_once,),
}
