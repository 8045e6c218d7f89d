"""Who spoke in which group, read from a table: the platform's statistics do not say it.

Columns: 日期, 群ID (or 群名称), 发言人, 消息数. A row with 0 messages and nobody says that the
group was silent that day.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from community.contracts import GroupSpeechImported, SpeechFileInvalid
from community.models import CustomerGroup, GroupSpeech
from community.selectors.groups import list_groups_for
from core import audit, clock
from core.events import announce
from org.models import Staff

MAX_BYTES = 20_000_000
MAX_ROWS = 200_000
MAX_ERRORS = 1_000
DAY, CHAT, NAME, PERSON, MESSAGES = "日期", "群ID", "群名称", "发言人", "消息数"


@dataclass
class SpeechReport:
    """What a table would change, or changed; `errors` are (row of the file, what is wrong)."""

    rows: int = 0
    groups: int = 0
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    errors: list[tuple[int, str]] = field(default_factory=list)
    error_count: int = 0


@dataclass(frozen=True)
class _Row:
    group_id: int
    day: dt.date
    person: str
    messages: int


def import_group_speech(
    content: bytes, *, actor: Staff | None = None, dry_run: bool = False
) -> SpeechReport:
    """Keep who spoke, a row of the table being the truth for its group, day and person.

    `actor` bounds the groups that may be named; a wrong row is told of and left out.
    Refuses `SpeechFileInvalid`. Repeating a file changes nothing.
    """
    report = SpeechReport()
    rows: dict[tuple[int, dt.date, str], _Row] = {}
    known = _Groups(actor)
    for number, cells in _read(content):
        try:
            row = _understand(cells, known)
        except ValueError as error:
            _tell(report, number, str(error))
            continue
        rows[row.group_id, row.day, row.person] = row
    _measure(report, list(rows.values()))
    if rows and not dry_run:
        _keep(report, list(rows.values()))
    return report


@transaction.atomic
def _keep(report: SpeechReport, rows: list[_Row]) -> None:
    GroupSpeech.objects.bulk_create(
        [
            GroupSpeech(
                group_id=row.group_id, day=row.day, person=row.person, messages=row.messages
            )
            for row in rows
        ],
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=["group", "day", "person"],
        update_fields=["messages"],
    )
    assert report.first_day is not None
    assert report.last_day is not None
    audit.record("community.speech.imported", after={"rows": report.rows})
    announce(GroupSpeechImported(report.first_day.isoformat(), report.last_day.isoformat()))


def _measure(report: SpeechReport, rows: list[_Row]) -> None:
    report.rows = len(rows)
    report.groups = len({row.group_id for row in rows})
    days = [row.day for row in rows]
    report.first_day, report.last_day = min(days, default=None), max(days, default=None)


def _tell(report: SpeechReport, number: int, text: str) -> None:
    report.error_count += 1
    if len(report.errors) < MAX_ERRORS:
        report.errors.append((number, text))


def _read(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """(row of the file, its cells by column), the header being row 1."""
    if len(content) > MAX_BYTES:
        raise SpeechFileInvalid("文件超过 20 MB，请分成几个再导入")
    reader = csv.DictReader(io.StringIO(_decode(content)))
    columns = {(name or "").strip() for name in reader.fieldnames or ()}
    missing = {DAY, PERSON, MESSAGES} - columns
    if missing or not columns & {CHAT, NAME}:
        wanted = "、".join(sorted(missing) or [f"{CHAT}或{NAME}"])
        raise SpeechFileInvalid(f"缺少列：{wanted}")
    try:
        for number, row in enumerate(reader, start=2):
            if number > MAX_ROWS + 1:
                raise SpeechFileInvalid(f"最多 {MAX_ROWS:,} 行")
            yield number, {str(name).strip(): str(cell or "").strip() for name, cell in row.items()}
    except csv.Error as error:
        raise SpeechFileInvalid("读不下去：可能有一个没有合上的引号") from error


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SpeechFileInvalid("看不出文件的编码，请另存为 UTF-8")


class _Groups:
    """The groups a table may name, by id and, where only one has it, by name."""

    def __init__(self, actor: Staff | None) -> None:
        groups = list_groups_for(actor) if actor else CustomerGroup.objects.all()
        self.by_id: dict[str, int] = {}
        self.by_name: dict[str, list[int]] = {}
        for pk, chat_id, name in groups.values_list("pk", "chat_id", "name"):
            self.by_id[chat_id] = pk
            self.by_name.setdefault(name, []).append(pk)

    def find(self, chat_id: str, name: str) -> int:
        if chat_id:
            if chat_id not in self.by_id:
                raise ValueError(f"没有这个群：{chat_id[:40]}")
            return self.by_id[chat_id]
        found = self.by_name.get(name, []) if name else []
        if len(found) != 1:
            raise ValueError(f"{'有多个群叫' if found else '没有这个群：'}{name[:40]}")
        return found[0]


def _understand(cells: dict[str, str], known: _Groups) -> _Row:
    """Raises `ValueError` with a sentence for the person who made the table."""
    day = _day(cells.get(DAY, ""))
    group_id = known.find(cells.get(CHAT, ""), cells.get(NAME, ""))
    count, person = cells.get(MESSAGES, ""), cells.get(PERSON, "")
    if not count.isascii() or not count.isdigit() or len(count) > 6:
        raise ValueError(f"消息数不是整数：{count[:20]}")
    if len(person) > 64:
        raise ValueError("发言人超过 64 个字")
    if bool(person) != bool(int(count)):
        raise ValueError("没有发言人的行只能是 0 条，有发言人的行至少 1 条")
    return _Row(group_id, day, person, int(count))


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValueError(f"日期应写作 2026-03-02：{text[:20]}") from None
    if day >= clock.today():
        raise ValueError("只能导入今天之前的发言")
    return day
