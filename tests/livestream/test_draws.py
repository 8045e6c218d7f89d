"""Draws: committed before, frozen at the published end, recomputed by anybody after."""

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from core import clock
from core.models import Job
from livestream import lottery
from livestream.contracts import (
    DrawClosed,
    DrawIneligible,
    DrawStillOpen,
    DrawTermsMissing,
    PrizeUnlawful,
    RoomNotLive,
)
from livestream.invariants import draws_are_limited, draws_recompute
from livestream.models import Draw, DrawEntry, LiveRoom
from livestream.selectors import public_record
from livestream.services import (
    close_draw,
    end_room,
    enter_draw,
    finish_draw,
    open_draw,
    reveal_draw,
)
from tests.livestream.kit import come_in, live_room, make_member
from tests.world import World

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
TERMS: dict[str, Any] = {
    "kind": "opening",
    "prize": "面霜一瓶",
    "prize_value_fen": 19_900,
    "prizes": 2,
    "minutes": 5,
}


def opened(room: LiveRoom, **changes: Any) -> Draw:
    return open_draw(room=room, **{**TERMS, **changes})


def finished(room: LiveRoom, entrants: int = 6, **changes: Any) -> Draw:
    draw = opened(room, **changes)
    for member in come_in(room, entrants):
        enter_draw(draw=draw, member=member)
    with clock.frozen(draw.closes_at):
        finish_draw(draw.pk)
    return Draw.objects.get(pk=draw.pk)


def test_the_commitment_is_public_and_the_seed_is_not_while_entries_are_open(world: World) -> None:
    draw = opened(live_room(world.brand))
    record = public_record(draw)
    assert record["commitment"] == lottery.commitment_of(draw.public_id, draw.terms, draw.seed)
    assert (record["seed"], record["entrants"], record["winners"]) == (None, None, None)
    assert draw.seed not in json.dumps(record)
    assert set(draw.terms) == {
        *("kind", "organiser", "conditions", "opens_at", "closes_at", "method", "prize"),
        *("prize_value", "prizes", "delivery", "waiver"),
    }


def test_the_list_is_public_when_frozen_and_the_seed_only_with_the_winners(world: World) -> None:
    draw = opened(live_room(world.brand))
    for member in come_in(draw.room, 3):
        enter_draw(draw=draw, member=member)
    with clock.frozen(draw.closes_at):
        closed = close_draw(draw)
        frozen = public_record(closed)
        assert (len(frozen["entrants"]), frozen["seed"], frozen["winners"]) == (3, None, None)
        drawn = public_record(reveal_draw(closed))
    assert drawn["seed"] == closed.seed
    assert drawn["winners"] == lottery.pick_winners(closed.seed, drawn["entrants"], 2)


def test_a_person_has_one_ticket_however_often_they_ask(world: World) -> None:
    draw = opened(live_room(world.brand))
    (member,) = come_in(draw.room, 1)
    tickets = {enter_draw(draw=draw, member=member).ticket for _ in range(3)}
    assert tickets == {lottery.ticket_of(draw.public_id, member.public_id)}
    assert DrawEntry.objects.count() == 1


def test_nobody_enters_at_or_after_the_published_end(world: World) -> None:
    draw = opened(live_room(world.brand))
    (late,) = come_in(draw.room, 1)
    with clock.frozen(draw.closes_at), pytest.raises(DrawClosed):
        enter_draw(draw=draw, member=late)
    with clock.frozen(draw.closes_at - dt.timedelta(seconds=1)):
        enter_draw(draw=draw, member=late)


def test_a_draw_is_not_closed_before_its_published_end_nor_by_the_end_of_the_room(
    world: World,
) -> None:
    draw = opened(live_room(world.brand))
    end_room(draw.room)
    with pytest.raises(DrawStillOpen):
        close_draw(draw)
    assert Draw.objects.get().state == Draw.State.OPEN
    assert Job.objects.get(name="livestream.finish_draw").due_at == draw.closes_at


def test_who_never_came_in_has_no_ticket(world: World) -> None:
    draw = opened(live_room(world.brand))
    with pytest.raises(DrawIneligible):
        enter_draw(draw=draw, member=make_member())
    assert not DrawEntry.objects.exists()


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"prize_value_fen": 5_000_001}, PrizeUnlawful),
        ({"prize": "  "}, DrawTermsMissing),
        ({"prize_value_fen": 0}, DrawTermsMissing),
        ({"prizes": 0}, DrawTermsMissing),
        ({"minutes": 0}, DrawTermsMissing),
    ],
)
def test_a_draw_without_its_published_terms_is_refused(
    world: World, changes: dict[str, Any], refused: type[Exception]
) -> None:
    room = live_room(world.brand)
    with pytest.raises(refused):
        opened(room, **changes)
    assert not Draw.objects.exists()


def test_a_room_off_air_publishes_no_draw(world: World) -> None:
    with pytest.raises(RoomNotLive):
        opened(end_room(live_room(world.brand)))


def test_more_prizes_than_entrants_go_to_all_of_them_and_none_to_nobody(world: World) -> None:
    draw = finished(live_room(world.brand), entrants=2, prizes=5)
    assert len(public_record(draw)["winners"]) == 2
    empty = finished(live_room(world.brand), entrants=0)
    assert public_record(empty)["winners"] == []
    assert draws_recompute() == (2, [])


def test_finishing_twice_changes_nothing(world: World) -> None:
    draw = finished(live_room(world.brand))
    before = public_record(draw)
    finish_draw(draw.pk)
    assert public_record(Draw.objects.get(pk=draw.pk)) == before


def _verify(record: dict[str, Any], folder: Path) -> "subprocess.CompletedProcess[str]":
    path = folder / "record.json"
    path.write_text(json.dumps(record, ensure_ascii=False))
    command = [sys.executable, "-I", "script/verify_draw", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_an_independent_script_recomputes_the_draw(world: World, tmp_path: Path) -> None:
    record = public_record(finished(live_room(world.brand), entrants=40, prizes=3))
    said = _verify(record, tmp_path)
    assert (said.returncode, said.stdout.splitlines()[-1]) == (0, "一致：这次抽奖可以重算"), said


@pytest.mark.parametrize("part", ["winners", "entrants", "seed", "terms", "commitment", "prizes"])
def test_the_script_sees_each_part_that_was_changed(
    world: World, tmp_path: Path, part: str
) -> None:
    record = public_record(finished(live_room(world.brand), entrants=40, prizes=3))
    changed: dict[str, Any] = {
        "winners": record["entrants"][:3],
        "entrants": [*record["entrants"][1:], "0" * 20],
        "seed": "0" * 64,
        "terms": {**record["terms"], "prize": "面霜小样"},
        "commitment": "0" * 64,
        "prizes": 2,
    }
    assert _verify({**record, part: changed[part]}, tmp_path).returncode == 1


def test_wins_are_even_over_a_hundred_thousand_draws() -> None:
    """χ² of 10 tickets, 2 prizes each time; 27.88 is its 0.001 bound at 9 degrees."""
    tickets = [lottery.ticket_of("draw", f"member-{n}") for n in range(10)]
    wins: Counter[str] = Counter()
    draws = 100_000
    for number in range(draws):
        wins.update(lottery.pick_winners(f"{number:064x}", tickets, 2))
    expected = draws * 2 / 10
    chi2 = sum((wins[ticket] - expected) ** 2 / expected for ticket in tickets)
    # Two prizes a draw without replacement: the statistic is scaled by (n - 1) / (n - k).
    assert chi2 * 9 / 8 < 27.88
    assert sum(wins.values()) == draws * 2


DEFECTS: list[tuple[str, str]] = [
    ("UPDATE livestream_draw SET prizes = 1", "1 个奖品，2 个中奖者"),
    ("UPDATE livestream_drawentry SET is_eligible = false WHERE place = 1", "没有资格"),
    (
        (
            "UPDATE livestream_drawentry SET entered_at = entered_at + interval '1 hour' "
            "WHERE place = 1"
        ),
        "在截止之后参加",
    ),
    ('UPDATE livestream_draw SET terms = terms || \'{"prize": "小样"}\'', "承诺值与公布的"),
    ("UPDATE livestream_draw SET closed_at = closes_at - interval '1 minute'", "之前冻结"),
    ("DELETE FROM livestream_drawentry WHERE place IS NULL", "与公布的指纹不符"),
    (
        (
            "UPDATE livestream_drawentry SET place = place + 10 WHERE place IS NOT NULL; "
            "UPDATE livestream_drawentry SET place = 13 - place WHERE place IS NOT NULL"
        ),
        "不是种子和名单算出的名单",
    ),
]


@pytest.mark.parametrize(("defect", "words"), DEFECTS, ids=[words for _, words in DEFECTS])
def test_s5_sees_a_seeded_defect(world: World, defect: str, words: str) -> None:
    finished(live_room(world.brand), entrants=6)
    assert draws_are_limited()[1] + draws_recompute()[1] == []

    with connection.cursor() as cursor:
        cursor.execute(defect)
    found = draws_are_limited()[1] + draws_recompute()[1]
    assert any(words in line for line in found), found
