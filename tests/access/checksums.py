"""What every table of some schemas holds, as one md5 for each: equal means untouched."""

from dataclasses import dataclass, field

from django.db import connection

Sums = dict[str, str]
"""{schema.table: md5 of its rows, in the order of their text}."""


@dataclass
class Books:
    """Reads all sums by one statement, which is planned once for each connection."""

    schemas: tuple[str, ...]
    tables: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_schema || '.' || table_name FROM information_schema.tables "
                "WHERE table_schema = ANY (%s) AND table_type = 'BASE TABLE' ORDER BY 1",
                [list(self.schemas)],
            )
            self.tables = [row[0] for row in cursor.fetchall()]
            assert len(self.tables) > 40 * len(self.schemas), "no tables, so nothing is proved"
            cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [self.name])
            if not cursor.fetchall():
                cursor.execute(f'PREPARE "{self.name}" AS {self._statement()}')

    @property
    def name(self) -> str:
        return f"books_{'_'.join(schema[-8:] for schema in self.schemas)}"

    def whole(self) -> Sums:
        with connection.cursor() as cursor:
            cursor.execute(f'EXECUTE "{self.name}"')
            return dict(cursor.fetchall())

    def _statement(self) -> str:
        return " UNION ALL ".join(
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f' FROM "{table.replace(".", chr(34) + "." + chr(34))}" AS t'
            for table in self.tables
        )


def changed(before: Sums, after: Sums, schema: str) -> list[str]:
    """The tables of a schema that are not as they were."""
    names = (name for name in after if before.get(name) != after[name])
    return sorted(name.partition(".")[2] for name in names if name.startswith(f"{schema}."))
