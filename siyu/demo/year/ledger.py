"""The year's journals: the same postings that the services make, on sheets."""

import datetime as dt
from collections.abc import Sequence

from core.models import Entry, Journal
from siyu.demo.year.sheets import Sheet

Posting = tuple[str, str, int]
"""(account, party, fen); positive is a debit."""


class Ledger:
    def __init__(self) -> None:
        self.journals = Sheet(Journal, "kind", "ref", "at", "memo")
        self.entries = Sheet(Entry, "journal_id", "account", "party", "order_ref", "amount_fen")

    @property
    def sheets(self) -> list[Sheet]:
        return [self.journals, self.entries]

    def post(
        self,
        kind: str,
        ref: str,
        at: dt.datetime,
        order_ref: str,
        lines: Sequence[Posting],
        memo: str = "",
    ) -> None:
        """Raises `ValueError` where the lines do not sum to zero."""
        kept = [line for line in lines if line[2]]
        if sum(fen for _, _, fen in kept):
            raise ValueError(f"{kind} {ref} does not balance")
        if not kept:
            return
        journal = self.journals.add(kind, ref, at, memo)
        for account, party, fen in kept:
            self.entries.add(journal, account, party, order_ref, fen)
