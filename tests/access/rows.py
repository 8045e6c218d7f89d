"""The whole matrix, by route."""

from tests.access.matrix import dashboard, guide, house, orders, outside, shop, trade
from tests.access.row import Row

SHEETS = (dashboard.ROWS, orders.ROWS, trade.ROWS, house.ROWS, guide.ROWS, shop.ROWS, outside.ROWS)

ROWS: tuple[Row, ...] = tuple(row for sheet in SHEETS for row in sheet)


def by_route() -> dict[str, Row]:
    return {row.route: row for row in ROWS}
