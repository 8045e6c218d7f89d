"""Who spoke comes from a table; what is wrong in it is told by row and left out."""

import datetime as dt

import pytest

from community.contracts import SpeechFileInvalid
from community.models import CustomerGroup, GroupSpeech
from community.selectors import list_activity
from community.services import import_group_speech
from core.models import Event
from tests.world import World

pytestmark = pytest.mark.django_db

HEAD = "日期,群ID,发言人,消息数\n"


def spoken() -> list[tuple[str, str, int]]:
    rows = GroupSpeech.objects.order_by("day", "group", "person")
    return [(row.day.isoformat(), row.person, row.messages) for row in rows]


def test_a_table_is_kept_and_announced(groups: list[CustomerGroup]) -> None:
    text = HEAD + "2026-02-24,wr1,wm0001,5\n2026/02/26,wr1,wm0002,1\n2026-02-25,wr2,,0\n"

    report = import_group_speech(text.encode("gb18030"))

    assert (report.rows, report.groups, report.error_count) == (3, 2, 0)
    assert spoken() == [
        ("2026-02-24", "wm0001", 5),
        ("2026-02-25", "", 0),
        ("2026-02-26", "wm0002", 1),
    ]
    news = Event.objects.get(name="community.group_speech_imported")
    assert news.payload == {"first_day": "2026-02-24", "last_day": "2026-02-26"}


def test_a_table_again_replaces_and_adds_nothing(groups: list[CustomerGroup]) -> None:
    import_group_speech((HEAD + "2026-02-24,wr1,wm0001,5\n").encode())
    import_group_speech((HEAD + "2026-02-24,wr1,wm0001,7\n").encode())
    assert spoken() == [("2026-02-24", "wm0001", 7)]


def test_a_look_beforehand_keeps_nothing(groups: list[CustomerGroup]) -> None:
    report = import_group_speech((HEAD + "2026-02-24,wr1,wm0001,5\n").encode(), dry_run=True)
    assert report.rows == 1
    assert spoken() == []
    assert not Event.objects.filter(name="community.group_speech_imported").exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-02-30,wr1,wm1,1", "日期应写作"),
        ("2026-03-02,wr1,wm1,1", "今天之前"),
        ("2026-02-24,wrX,wm1,1", "没有这个群"),
        ("2026-02-24,wr1,wm1,-1", "消息数不是整数"),
        ("2026-02-24,wr1,wm1,1.5", "消息数不是整数"),
        ("2026-02-24,wr1,wm1,0", "没有发言人的行只能是 0 条"),
        ("2026-02-24,wr1,,3", "没有发言人的行只能是 0 条"),
        (f"2026-02-24,wr1,{'x' * 65},3", "超过 64 个字"),
    ],
)
def test_a_wrong_row_is_told_and_the_others_are_kept(
    groups: list[CustomerGroup], row: str, words: str
) -> None:
    report = import_group_speech((HEAD + f"2026-02-24,wr1,wm0001,5\n{row}\n").encode())
    assert report.error_count == 1
    assert report.errors[0][0] == 3
    assert words in report.errors[0][1]
    assert spoken() == [("2026-02-24", "wm0001", 5)]


def test_a_name_that_two_groups_have_names_neither(groups: list[CustomerGroup]) -> None:
    CustomerGroup.objects.filter(chat_id="wr2").update(name="群wr1")
    text = "日期,群名称,发言人,消息数\n2026-02-24,群wr1,wm1,1\n2026-02-24,群wr3,wm1,1\n"
    report = import_group_speech(text.encode())
    assert (report.rows, report.errors) == (1, [(2, "有多个群叫群wr1")])


def test_a_table_without_its_columns_is_refused_whole(groups: list[CustomerGroup]) -> None:
    for text in ("日期,群ID,消息数\n", "日期,发言人,消息数\n", ""):
        with pytest.raises(SpeechFileInvalid):
            import_group_speech(text.encode())
    with pytest.raises(SpeechFileInvalid):
        import_group_speech(b"\xff\xff\xff\xff")


def test_a_manager_names_only_groups_of_their_store(
    world: World, groups: list[CustomerGroup]
) -> None:
    text = HEAD + "2026-02-24,wr1,wm0001,5\n2026-02-24,wr3,wm0001,5\n"
    report = import_group_speech(text.encode(), actor=world.bo)
    assert (report.rows, report.errors) == (1, [(3, "没有这个群：wr3")])


def test_activity_tells_silence_from_ignorance_and_leaves_staff_out(
    groups: list[CustomerGroup],
) -> None:
    text = HEAD + (
        "2026-02-27,wr1,wx_cai,9\n2026-02-27,wr1,wm0001,2\n2026-02-27,wr1,wm0002,3\n2026-02-28,wr1,,0\n"
    )
    import_group_speech(text.encode())
    days = {day.day: (day.speakers, day.messages) for day in list_activity(groups[0], 4)}
    assert days == {
        dt.date(2026, 2, 26): (None, None),
        dt.date(2026, 2, 27): (2, 5),
        dt.date(2026, 2, 28): (0, 0),
        dt.date(2026, 3, 1): (None, None),
    }


def test_a_quote_that_never_closes_is_refused(groups: list[CustomerGroup]) -> None:
    text = HEAD + '2026-02-24,wr1,"' + "x" * 200_000
    with pytest.raises(SpeechFileInvalid, match="引号"):
        import_group_speech(text.encode())
