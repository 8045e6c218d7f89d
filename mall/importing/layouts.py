"""Which platform's export a file is, told by its header alone."""

from dataclasses import dataclass
from pathlib import Path

from mall.importing.tables import Table, open_table


@dataclass(frozen=True)
class Layout:
    """`name` is "tmall_orders", "tmall_details", "jd", "youzan_orders", "youzan_customers",
    "douyin" or "generic".

    `encoding` is set for CSV, `sheet` for xlsx; `columns` are the headers as matched.
    """

    name: str
    platform: str
    kind: str
    columns: tuple[str, ...]
    encoding: str = ""
    sheet: str = ""


CUSTOMERS = "youzan_customers"

# Enough of a header to know a layout by; back-ends add and drop the other columns.
_SIGNATURES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("tmall_orders", "tmall", frozenset({"订单编号", "买家会员名", "订单状态", "总金额"})),
    ("tmall_details", "tmall", frozenset({"标题", "价格", "购买数量", "订单状态"})),
    ("jd", "jd", frozenset({"订单号", "京东价", "订购数量", "下单时间"})),
    ("youzan_orders", "youzan", frozenset({"订单号", "买家付款时间", "订单实付金额"})),
    (CUSTOMERS, "youzan", frozenset({"客户手机号", "成为客户时间"})),
    ("douyin", "douyin", frozenset({"主订单编号", "商品数量", "订单提交时间"})),
)

PLATFORM_NAMES = {
    "tmall": "天猫",
    "jd": "京东",
    "youzan": "有赞",
    "douyin": "抖音",
    "generic": "通用格式",
}


def sniff(path: Path) -> Layout:
    """Raises `ImportRefused` when the file cannot be opened as a table."""
    return layout_of(open_table(path))


def layout_of(table: Table) -> Layout:
    headers = set(table.columns)
    name, platform = next(
        ((name, platform) for name, platform, needed in _SIGNATURES if needed <= headers),
        ("generic", "generic"),
    )
    return Layout(name, platform, table.kind, table.columns, table.encoding, table.sheet)
