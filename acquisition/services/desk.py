"""What the operator's desk brings to a batch of cards and takes away from it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from acquisition.bindings import BindingFile, BindingRow, read_bindings
from acquisition.contracts import BatchInvalid
from acquisition.deliveries import DeliveryFile, read_deliveries
from acquisition.models import CardBatch
from acquisition.printing import sheet_csv, sheet_pdf
from acquisition.selectors import list_printed
from acquisition.services.batches import BindingReport, bind_orders, mark_delivered
from core import audit

__all__ = [
    "BindingFile",
    "BindingRow",
    "DeliveryFile",
    "Preview",
    "note_deliveries",
    "preview_bindings",
    "preview_deliveries",
    "print_csv",
    "print_pdf",
    "read_bindings",
    "read_deliveries",
]

PDF_LIMIT = 3_000
"""Cards of one PDF: two hundred pages; a bigger run goes out in parts or as CSV."""


class _Undone(Exception):
    """Takes back what a preview did."""


@dataclass
class Preview:
    """What a file would do, or did: cards changed, and those left as they were."""

    changed: int = 0
    unchanged: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


def preview_bindings(*, batch: CardBatch, rows: Sequence[BindingRow]) -> Preview:
    """The very run that would follow, undone: what it says is what will happen."""
    report = BindingReport()
    try:
        with transaction.atomic():
            report = bind_orders(batch=batch, rows=rows)
            raise _Undone
    except _Undone:
        return Preview(report.bound, report.unchanged, report.errors)


def preview_deliveries(*, deliveries: Sequence[tuple[str, dt.datetime]]) -> Preview:
    changed = 0
    try:
        with transaction.atomic():
            changed = mark_delivered(deliveries=deliveries)
            raise _Undone
    except _Undone:
        return Preview(changed, max(0, len(deliveries) - changed))


@transaction.atomic
def note_deliveries(*, batch: CardBatch, deliveries: Sequence[tuple[str, dt.datetime]]) -> Preview:
    """Keep when parcels arrived, as a person read it from a carrier's list."""
    changed = mark_delivered(deliveries=deliveries)
    audit.record("acquisition.batch.delivered", batch, after={"cards": changed})
    return Preview(changed, max(0, len(deliveries) - changed))


@transaction.atomic
def print_pdf(*, batch: CardBatch, part: int = 1) -> bytes:
    """The print sheet of the `part`-th 3,000 cards; refuses `BatchInvalid` past the end."""
    cards = list_printed(batch, offset=(part - 1) * PDF_LIMIT, limit=PDF_LIMIT)
    if part < 1 or not cards:
        raise BatchInvalid("这个批次没有这一部分")
    audit.record("acquisition.batch.printed", batch, after={"part": part, "cards": len(cards)})
    return sheet_pdf(cards, headline=batch.name, hint="扫码添加导购，领取福利")


@transaction.atomic
def print_csv(*, batch: CardBatch) -> str:
    """All cards of the batch for a printing house."""
    audit.record("acquisition.batch.printed", batch, after={"cards": batch.size})
    return sheet_csv(list_printed(batch))
