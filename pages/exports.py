"""Files a person takes away: no cell may start a formula, and every export is audited."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from core import audit, clock

_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """Numbers stay numbers; text that a spreadsheet would run gets a leading quote."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" '\"").startswith(_RISKY) or text.startswith(_RISKY) else text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV that Excel opens as UTF-8; `name` without its ending, in plain ASCII."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        count += 1
    audit.record("pages.exported", after={"name": name, "rows": count})
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    stamp = clock.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.csv"'
    return response
