"""The whole matrix, by route: every file in `matrix/` is a sheet of it."""

from importlib import import_module
from pkgutil import iter_modules

from tests.access import matrix
from tests.access.row import Row

SHEETS = tuple(
    import_module(f"{matrix.__name__}.{found.name}").ROWS for found in iter_modules(matrix.__path__)
)

ROWS: tuple[Row, ...] = tuple(row for sheet in SHEETS for row in sheet)


def by_route() -> dict[str, Row]:
    return {row.route: row for row in ROWS}
