"""The way in: a file of a platform to a stream of orders and problems."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mall.importing import douyin, generic, jd, tmall, tmall_details, youzan
from mall.importing.building import Item
from mall.importing.layouts import CUSTOMERS, PLATFORM_NAMES, Layout, layout_of
from mall.importing.mapping import Mapping
from mall.importing.records import ImportedOrder, RowProblem
from mall.importing.refusals import MappingNeeded, MissingColumn, UnknownPlatform
from mall.importing.tables import Table, open_table

PREVIEW_ROWS = 2_000
_ONE_FILE: dict[str, Callable[[Table], Iterator[Item]]] = {
    "jd": jd.read_orders,
    "youzan": youzan.read_orders,
    "douyin": douyin.read_orders,
}
_ORDER_LIST, _DETAIL_LIST = "ExportOrderList", "ExportOrderDetailList"


@dataclass(frozen=True, slots=True)
class Preview:
    """The first records of a file. An order that goes on past the rows read is cut short."""

    layout: Layout
    orders: tuple[ImportedOrder, ...]
    problems: tuple[RowProblem, ...]


def read_orders(
    path: Path, platform: str, mapping: Mapping | None = None, detail_path: Path | None = None
) -> Iterator[Item]:
    """The file's orders, each once its last row was read; the same order on every run.

    `platform` is one of `PLATFORM_NAMES`; "generic" needs a `mapping`. For Tmall `path` is
    the order list, with the detail list as `detail_path` or without, or the detail list.
    Raises `ImportRefused` here, not from the iterator, for all but a file that breaks
    midway. Memory holds the order numbers and the orders that are still open.
    """
    details = open_table(detail_path) if detail_path else None
    return _read(open_table(path), platform, mapping, details)


def preview(
    path: Path,
    platform: str,
    mapping: Mapping | None = None,
    limit: int = 20,
    detail_path: Path | None = None,
) -> Preview:
    """The first `limit` records of the file's first rows. Raises `ImportRefused`."""
    table = open_table(path).head(PREVIEW_ROWS)
    details = open_table(detail_path).head(PREVIEW_ROWS) if detail_path else None
    items = list(islice(_read(table, platform, mapping, details), limit))
    return Preview(
        layout_of(table),
        tuple(item for item in items if isinstance(item, ImportedOrder)),
        tuple(item for item in items if isinstance(item, RowProblem)),
    )


def find_detail_beside(path: Path) -> Path | None:
    """Tmall's detail list that was saved beside its order list under the same stamp."""
    if _ORDER_LIST not in path.name:
        return None
    beside = path.with_name(path.name.replace(_ORDER_LIST, _DETAIL_LIST))
    return beside if beside.is_file() else None


def _read(
    table: Table, platform: str, mapping: Mapping | None, details: Table | None
) -> Iterator[Item]:
    if platform not in PLATFORM_NAMES:
        raise UnknownPlatform(f"不支持的平台：{platform}")
    layout = layout_of(table)
    if layout.name == CUSTOMERS and platform != "generic":
        raise MissingColumn("这是有赞的客户文件，请到「导入会员」导入")
    if layout.platform not in {platform, "generic"} and platform != "generic":
        raise MissingColumn(f"这像是{PLATFORM_NAMES[layout.platform]}的文件，请选对平台")
    if platform == "generic":
        if mapping is None:
            raise MappingNeeded
        return generic.read_orders(table, mapping)
    if platform != "tmall":
        return _ONE_FILE[platform](table)
    return _read_tmall(table, layout, details)


def _read_tmall(table: Table, layout: Layout, details: Table | None) -> Iterator[Item]:
    if details is not None and layout_of(details).name != "tmall_details":
        raise MissingColumn("明细文件不是宝贝明细（ExportOrderDetailList）")
    if layout.name != "tmall_details":
        return tmall.read_orders(table, details)
    if details is not None:
        raise MissingColumn("主文件应是订单报表（ExportOrderList）")
    return tmall_details.read_lines_only(table)
