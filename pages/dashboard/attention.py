"""需要处理: what waits for this person, with its weight and the one page that deals with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from acquisition.selectors import list_suspects_for
from community.selectors import list_parked_for
from core.jobs import list_dead
from core.money import format_yuan
from core.selectors import list_dead_messages
from distribution.selectors.desk import list_due
from mall.models import Refund
from mall.selectors import list_pay_exceptions_for
from mall.selectors.desk import Waiting, count_low_stock, sum_orders_to_ship, sum_refunds
from org.models import Staff
from org.selectors import describe_connections, is_allowed

MOST = 7


@dataclass(frozen=True)
class Attention:
    """One row; `weight` is how much money or how many, "" where `what` says it all."""

    what: str
    weight: str
    action: str
    url: str
    urgency: Literal["now", "soon"]


def list_attention(actor: Staff) -> list[Attention]:
    """At most seven rows, the urgent ones first, each only for who may act on it."""
    return list(islice((row for find in _FINDERS for row in find(actor)), MOST))


def _payment_differences(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "orders.refund"):
        return
    if count := list_pay_exceptions_for(actor).count():
        yield Attention(
            "微信支付与订单对不上", f"{count} 笔", "去核对", "/orders/exceptions", "now"
        )


def _parked_sends(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "touches.decide"):
        return
    if count := list_parked_for(actor).count():
        yield Attention("群发提交后查不到结果", f"{count} 次", "去判断", "/touches/parked", "now")


def _failed_refunds(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "orders.refund"):
        return
    failed = sum_refunds(actor, Refund.State.FAILED)
    if failed.count:
        yield Attention(
            "退款失败", _money(failed, "笔"), "去重试", "/orders/refunds?state=failed", "now"
        )


def _applied_refunds(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "orders.refund"):
        return
    applied = sum_refunds(actor, Refund.State.APPLIED)
    if applied.count:
        yield Attention(
            "顾客申请退款，等待审核", _money(applied, "笔"), "去审核", "/orders/refunds", "now"
        )


def _dead_letters(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "jobs.retry"):
        return
    if count := list_dead().count():
        yield Attention("作业多次失败后停止", f"{count} 项", "去重试", "/settings/jobs", "now")
    if count := list_dead_messages().count():
        yield Attention("回调处理失败", f"{count} 条", "去查看", "/settings/inbox", "now")


def _connections(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "connections.edit"):
        return
    links: list[dict[str, Any]] = list(describe_connections().values())
    bad = [link["title"] for link in links if any(not check.ok for check in link["checks"])]
    if bad:
        yield Attention(
            "连接检查没有通过", "、".join(bad), "去处理", "/settings/connections", "now"
        )


def _orders_to_ship(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "orders.ship"):
        return
    waiting = sum_orders_to_ship(actor)
    if waiting.count:
        yield Attention(
            "订单待发货", _money(waiting, "单"), "去发货", "/orders?state=paid&platform=own", "soon"
        )


def _suspects(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "cards.edit"):
        return
    if count := list_suspects_for(actor).count():
        yield Attention(
            "包裹卡存疑，等待判断", f"{count} 次扫码", "去判断", "/cards/suspects", "soon"
        )


def _open_refunds(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "orders.refund"):
        return
    waiting = sum_refunds(actor, Refund.State.REQUESTED, Refund.State.PROCESSING)
    if waiting.count:
        yield Attention(
            "退款还没到账", _money(waiting, "笔"), "去查看", "/orders/refunds?state=open", "soon"
        )


def _commissions(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "commission.settle"):
        return
    count, fen = list_due(actor)
    if count:
        yield Attention(
            "佣金已过退货期，可以结算",
            _money(Waiting(count, fen), "笔"),
            "去结算",
            "/commission",
            "soon",
        )


def _low_stock(actor: Staff) -> Iterator[Attention]:
    if not is_allowed(actor, "products.edit"):
        return
    if count := count_low_stock(actor):
        yield Attention("库存将尽或已售完", f"{count} 个规格", "去补货", "/products", "soon")


def _money(waiting: Waiting, unit: str) -> str:
    return f"{waiting.count} {unit}，{format_yuan(waiting.fen)}"


_FINDERS: tuple[Callable[[Staff], Iterator[Attention]], ...] = (
    _payment_differences,
    _applied_refunds,
    _failed_refunds,
    _parked_sends,
    _dead_letters,
    _connections,
    _orders_to_ship,
    _suspects,
    _open_refunds,
    _commissions,
    _low_stock,
)
