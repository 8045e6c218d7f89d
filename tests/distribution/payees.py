"""A guide with settled commission, and a payment platform in memory that pays them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from core import clock, ledger
from core.errors import Outcome, PortFailure
from core.models import Job
from distribution.contracts import (
    EXPENSE,
    IN_TRANSIT,
    PAID_OUT,
    PROMISED,
    STATE_ACCOUNTS,
    WITHHELD,
    Payer,
    TransferFact,
    TransferOrder,
    TransferState,
    party,
)
from distribution.models import PayoutAccount, Withdrawal
from distribution.services import advance_payout
from org.models import Staff

PAYER = Payer(mchid="1900000001", appid="wx_mall")
OPENID = "o_cai"
UNKNOWN = PortFailure("no_answer", outcome=Outcome.UNKNOWN)

_numbers = count(1)


@dataclass
class FakeTransfers:
    """One transfer for a number; another content under it is refused, as WeChat Pay does.

    `failures` are raised in turn before acting; `lost` answers are lost after acting.
    """

    bills: dict[str, TransferFact] = field(default_factory=dict)
    orders: dict[str, TransferOrder] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    failures: list[PortFailure] = field(default_factory=list)
    lost: int = 0
    during: Callable[[], Any] | None = None

    def payer(self) -> Payer:
        return PAYER

    def client_params(self, mchid: str, appid: str, package: str) -> dict[str, str]:
        return {"mchId": mchid, "appId": appid, "package": package}

    def transfer(self, order: TransferOrder) -> TransferFact:
        self.calls.append(("transfer", order.out_bill_no))
        if self.during is not None:
            act, self.during = self.during, None
            act()
        if self.failures:
            raise self.failures.pop(0)
        if self.orders.setdefault(order.out_bill_no, order) != order:
            raise PortFailure("INVALID_REQUEST")
        fresh = TransferFact(
            out_bill_no=order.out_bill_no,
            state=TransferState.WAITING,
            transfer_bill_no=f"1330{len(self.orders):06d}",
            amount_fen=order.amount_fen,
            openid=order.openid,
            mchid=order.mchid,
        )
        bill = self.bills.setdefault(order.out_bill_no, fresh)
        if self.lost:
            self.lost -= 1
            raise UNKNOWN
        return replace(bill, amount_fen=0, openid="", mchid="", package="ABBQ1", finished_at=None)

    def query(self, mchid: str, out_bill_no: str) -> TransferFact | None:
        self.calls.append(("query", out_bill_no))
        return self.bills.get(out_bill_no)

    def cancel(self, mchid: str, out_bill_no: str) -> None:
        self.calls.append(("cancel", out_bill_no))
        if self.bills[out_bill_no].state is TransferState.WAITING:
            self.end(out_bill_no, TransferState.CANCELLED, "MCH_CANCEL")

    def end(self, out_bill_no: str, state: TransferState, reason: str = "") -> TransferFact:
        """The person confirms, the day passes, or the platform says no."""
        done = replace(
            self.bills[out_bill_no], state=state, fail_reason=reason, finished_at=clock.now()
        )
        self.bills[out_bill_no] = done
        return done

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.calls)


def earn(guide: Staff, fen: int) -> None:
    """Settled commission, as the ledger holds it."""
    whose, number = party(guide.pk), f"earned-{next(_numbers)}"
    lines = [ledger.Line(EXPENSE, fen), ledger.Line(STATE_ACCOUNTS["settled"], -fen, whose)]
    ledger.post("test.earned", number, lines)


def bind(guide: Staff, openid: str = OPENID, **fields: Any) -> PayoutAccount:
    """The guide's WeChat is known already."""
    now = clock.now()
    known = {"appid": PAYER.appid, "openid": openid, "bound_at": now, "usable_at": now, **fields}
    return PayoutAccount.objects.update_or_create(guide=guide, defaults=known)[0]


def later(minutes: float) -> Any:
    return clock.frozen(clock.now() + dt.timedelta(minutes=minutes))


def advance(row: Withdrawal) -> Withdrawal:
    advance_payout(row.pk)
    row.refresh_from_db()
    return row


def drawn(guide: Staff) -> int:
    return PayoutAccount.objects.get(guide=guide).drawn_fen


def steps_owed() -> int:
    return Job.objects.filter(name="distribution.advance_payout", state=Job.State.DUE).count()


def accounts(guide: Staff) -> dict[str, int]:
    names = (IN_TRANSIT, PAID_OUT, PROMISED, WITHHELD)
    found = {name: ledger.balance(name, party(guide.pk)) for name in names}
    return {name: fen for name, fen in found.items() if fen}


def finish(row: Withdrawal, bank: FakeTransfers) -> Withdrawal:
    advance(row)
    bank.end(row.out_bill_no, TransferState.SUCCESS)
    return advance(row)
