"""Moving commission between the accounts of the ledger."""

from collections.abc import Sequence

from core import ledger
from distribution.contracts import (
    EXPENSE,
    IN_TRANSIT,
    PAID_OUT,
    PROMISED,
    STATE_ACCOUNTS,
    TRANSFER_CASH,
    WITHHELD,
    party,
)
from distribution.models import Commission, Withdrawal


def move(kind: str, ref: str, rows: Sequence[Commission], *, source: str, target: str) -> None:
    """What stands of `rows` goes from one state's account to another's."""
    lines = []
    for row in rows:
        standing, whose = row.standing_fen, party(row.guide_id)
        number = row.line.order.number
        lines.append(ledger.Line(STATE_ACCOUNTS[source], standing, whose, number))
        lines.append(ledger.Line(STATE_ACCOUNTS[target], -standing, whose, number))
    ledger.post(kind, ref, lines)


def take_back(ref: str, taken: Sequence[tuple[Commission, str, int]]) -> None:
    """What a refund took: off the account of the state each commission was in."""
    lines = []
    for row, state, fen in taken:
        number = row.line.order.number
        lines.append(ledger.Line(STATE_ACCOUNTS[state], fen, party(row.guide_id), number))
        lines.append(ledger.Line(EXPENSE, -fen, "", number))
    ledger.post("commission.reversed", ref, lines, memo="退款，佣金冲回")


def reserve_payout(row: Withdrawal) -> None:
    """What was asked for leaves the balance and is promised to the guide."""
    whose = party(row.guide_id)
    ledger.post(
        "payout.reserved",
        row.out_bill_no,
        [
            ledger.Line(IN_TRANSIT, row.gross_fen, whose),
            ledger.Line(PROMISED, -row.gross_fen, whose),
        ],
    )


def pay_out(row: Withdrawal) -> None:
    """The promise is kept: net to the guide, tax to be handed on."""
    whose = party(row.guide_id)
    ledger.post(
        "payout.paid",
        row.out_bill_no,
        [
            ledger.Line(PAID_OUT, row.gross_fen, whose),
            ledger.Line(IN_TRANSIT, -row.gross_fen, whose),
            ledger.Line(PROMISED, row.gross_fen, whose),
            ledger.Line(TRANSFER_CASH, -row.amount_fen),
            ledger.Line(WITHHELD, -row.tax_fen, whose),
        ],
    )


def return_payout(row: Withdrawal, memo: str) -> None:
    """The promise is off: what was asked for is back in the balance."""
    whose = party(row.guide_id)
    ledger.post(
        "payout.returned",
        row.out_bill_no,
        [
            ledger.Line(PROMISED, row.gross_fen, whose),
            ledger.Line(IN_TRANSIT, -row.gross_fen, whose),
        ],
        memo=memo,
    )
