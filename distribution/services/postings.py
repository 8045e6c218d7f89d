"""Moving commission between the accounts of the ledger."""

from collections.abc import Sequence

from core import ledger
from distribution.contracts import EXPENSE, STATE_ACCOUNTS, party
from distribution.models import Commission


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
