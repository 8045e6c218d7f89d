import random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from members.contracts import NoIdentity, Recognised
from members.models import Member, TimelineEntry
from members.selectors import find_member_by
from members.services import recognise, recognise_many
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


def test_the_first_known_identity_decides_and_the_others_become_theirs() -> None:
    eve = recognise(identities=[("unionid", "U1")], name="夏娃", source="mp")

    again = recognise(identities=[("unionid", "U1"), ("external", "wm1")], name="别名")

    assert again == eve
    assert again.name == "夏娃"
    assert find_member_by("external", "wm1") == eve


def test_a_blank_name_and_phone_are_filled_in_once() -> None:
    eve = recognise(identities=[("tmall", "b1")])
    recognise(identities=[("tmall", "b1")], name="夏娃", phone="+86 138-0000-1111")

    again = recognise(identities=[("tmall", "b1")], name="别名", phone="13900002222")

    assert (again.pk, again.name, again.phone) == (eve.pk, "夏娃", "13800001111")


def test_a_shared_phone_makes_nobody_one() -> None:
    first = recognise(identities=[("tmall", "b1")], phone="13800001111")
    second = recognise(identities=[("jd", "b2")], phone="13800001111")

    assert first != second
    assert first.phone_index == second.phone_index != ""


@pytest.mark.parametrize("phone", ["138****1111", "400-800-8888", "", "1380000111", "85212345678"])
def test_a_masked_short_or_foreign_phone_is_not_kept(phone: str) -> None:
    assert recognise(identities=[("tmall", "b1")], phone=phone).phone == ""


def test_two_members_who_seem_one_stay_two_and_a_person_is_told() -> None:
    left = recognise(identities=[("unionid", "U1")])
    right = recognise(identities=[("external", "wm1")])

    found = recognise(identities=[("unionid", "U1"), ("external", "wm1")])

    assert found == left
    assert find_member_by("external", "wm1") == right
    told = TimelineEntry.objects.get()
    assert (told.member, told.kind, told.ref) == (left, "identity_conflict", f"external:{right.pk}")


def test_nobody_is_made_of_nothing() -> None:
    with pytest.raises(NoIdentity):
        recognise(identities=[("unionid", " "), ("external", "")])
    assert Member.objects.count() == 0


def test_a_value_longer_than_its_column_still_names_one_person() -> None:
    long = recognise(identities=[("generic:shop", "甲" * 500)])

    assert recognise(identities=[("generic:shop", "甲" * 500)]) == long
    assert recognise(identities=[("generic:shop", "甲" * 501)]) != long


def _random_rows(seed: int, count: int) -> list[Recognised]:
    dice = random.Random(seed)
    kinds = ("unionid", "external", "tmall", "jd")
    return [
        Recognised(
            key=f"r{index}",
            identities=tuple(
                (kind, str(dice.randrange(count // 3))) for kind in dice.sample(kinds, 2)
            ),
            name=dice.choice(["", "甲", "乙"]),
            phone=dice.choice(["", "13800001111"]),
            source="import",
            at=MONDAY,
        )
        for index in range(count)
    ]


def _picture() -> list[tuple[str, str, list[str]]]:
    return sorted(
        (
            member.name,
            member.phone,
            sorted(f"{entry.kind}={entry.value}" for entry in member.identities.all()),
        )
        for member in Member.objects.prefetch_related("identities")
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_at_once_are_who_they_would_be_one_by_one(seed: int) -> None:
    rows = _random_rows(seed, 120)
    with transaction.atomic():
        for row in rows:
            recognise(
                identities=row.identities,
                name=row.name,
                phone=row.phone,
                source="import",
                at=MONDAY,
            )
        one_by_one = _picture()
        conflicts = TimelineEntry.objects.count()
        transaction.set_rollback(True)

    recognise_many(rows)

    assert _picture() == one_by_one
    assert TimelineEntry.objects.count() == conflicts > 0


def _statements(rows: list[Recognised]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        recognise_many(rows)
    said = [entry["sql"] for entry in captured.captured_queries]
    return [sql for sql in said if not sql.startswith("SET search_path")]


def test_a_thousand_rows_cost_at_most_six_statements() -> None:
    """Held, members, identities, race check, blanks, conflicts."""
    fresh = [
        Recognised(f"n{i}", (("tmall", f"b{i}"), ("jd", f"j{i}")), f"客{i}", "13800001111")
        for i in range(1000)
    ]
    assert len(_statements(fresh)) <= 6
    assert Member.objects.count() == 1000

    assert len(_statements(fresh)) <= 6
    mixed = [Recognised(f"m{i}", (("tmall", f"b{i}"), ("jd", f"j{i + 500}"))) for i in range(1000)]
    assert len(_statements(mixed)) <= 6
    assert Member.objects.count() == 1000
