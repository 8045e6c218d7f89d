"""Two levels and no more: by the service, and by the table itself."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from distribution.contracts import RecruitChainTooDeep
from distribution.models import Promoter
from distribution.services import set_recruiter
from org.models import Staff
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(world: World) -> tuple[Promoter, Promoter]:
    """Dee recruited Cai."""
    low = set_recruiter(guide=world.cai, recruiter=world.dee)
    return (Promoter.objects.get(guide=world.dee), low)


def test_a_recruit_stands_on_the_second_level(pair: tuple[Promoter, Promoter]) -> None:
    high, low = pair

    assert (high.level, low.level, low.recruiter) == (1, 2, high)


def test_a_recruit_cannot_recruit(world: World, pair: tuple[Promoter, Promoter]) -> None:
    with pytest.raises(RecruitChainTooDeep):
        set_recruiter(guide=world.bo, recruiter=world.cai)

    assert not Promoter.objects.filter(recruiter__guide=world.cai).exists()


def test_a_recruiter_cannot_be_recruited(world: World, pair: tuple[Promoter, Promoter]) -> None:
    with pytest.raises(RecruitChainTooDeep):
        set_recruiter(guide=world.dee, recruiter=world.bo)


def test_nobody_recruits_themselves(world: World) -> None:
    with pytest.raises(RecruitChainTooDeep):
        set_recruiter(guide=world.bo, recruiter=world.bo)


def test_a_recruiter_may_be_taken_away(world: World, pair: tuple[Promoter, Promoter]) -> None:
    assert set_recruiter(guide=world.cai, recruiter=None).level == 1


def refused(sql: str, *params: object) -> str:
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, params)
    return str(caught.value)


INSERT = """INSERT INTO distribution_promoter
    (guide_id, tier, unionid, level, recruiter_id, recruiter_level)
    VALUES (%s, '', '', %s, %s, %s)"""


def test_the_table_refuses_a_third_level(world: World, pair: tuple[Promoter, Promoter]) -> None:
    _, low = pair
    guide: Staff = world.bo

    assert "promoter_recruiter_level" in refused(INSERT, guide.pk, 2, low.pk, 1)
    assert "promoter_two_levels" in refused(INSERT, guide.pk, 3, low.pk, 2)
    assert "promoter_two_levels" in refused(INSERT, guide.pk, 1, low.pk, 1)
    assert "promoter_two_levels" in refused(INSERT, guide.pk, 2, None, None)


def test_the_table_refuses_to_lower_a_recruiter(
    world: World, pair: tuple[Promoter, Promoter]
) -> None:
    high, low = pair
    bo = Promoter.objects.create(guide=world.bo)

    sql = "UPDATE distribution_promoter SET level=2, recruiter_id=%s, recruiter_level=1 WHERE id=%s"

    assert "promoter_recruiter_level" in refused(sql, bo.pk, high.pk)
    assert low.recruiter_id == high.pk
