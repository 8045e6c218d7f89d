"""Readers of platform exports: a file in, a stream of frozen records out. No database.

`read_orders` and `preview` refuse a whole file by `ImportRefused` and report a bad row as
a `RowProblem`. What each amount means is in docs/rules.md, 订单导入口径.
"""

from mall.importing.layouts import Layout, sniff
from mall.importing.mapping import Mapping, Rule, suggest_mapping
from mall.importing.readers import Preview, find_detail_beside, preview, read_orders
from mall.importing.records import (
    Flag,
    ImportedLine,
    ImportedOrder,
    OrderStatus,
    Receiver,
    RecordKind,
    RowProblem,
)
from mall.importing.refusals import ImportRefused
from mall.importing.totals import Totals

__all__ = [
    "Flag",
    "ImportRefused",
    "ImportedLine",
    "ImportedOrder",
    "Layout",
    "Mapping",
    "OrderStatus",
    "Preview",
    "Receiver",
    "RecordKind",
    "RowProblem",
    "Rule",
    "Totals",
    "find_detail_beside",
    "preview",
    "read_orders",
    "sniff",
    "suggest_mapping",
]
