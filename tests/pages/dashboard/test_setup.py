"""开店清单: read from what is there, and a beginning that may be asked for twice."""

import pytest

from community.models import SopCalendar
from core.models import AuditEntry
from members.models import Tag
from pages.dashboard.industries import INDUSTRIES
from pages.dashboard.setup import list_steps
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def _done(world: World) -> dict[str, bool]:
    return {step.name: step.is_done for step in list_steps(world.ann)}


def test_steps_are_read_from_what_is_there(world: World) -> None:
    done = _done(world)

    assert done["建好门店和导购"]
    assert [name for name, is_done in done.items() if is_done] == ["建好门店和导购"]


def test_a_trade_makes_its_tags_and_a_draft_once(world: World) -> None:
    client = client_for(world.ann)
    form = {"industry": "beauty", "brand": world.brand.public_id}

    for _ in range(2):
        assert client.post("/setup/begin", form).status_code == 302

    calendar = SopCalendar.objects.get()
    assert (calendar.name, calendar.state) == ("美妆个护·福利群的一天", "draft")
    assert set(Tag.objects.filter(group_name="肤质").values_list("name", flat=True)) == {
        "干性",
        "油性",
        "混合",
        "敏感",
    }
    assert Tag.objects.count() == 15
    assert AuditEntry.objects.filter(action="pages.setup.begun").count() == 2
    assert _done(world)["选行业，生成标签和群日历"]
    assert not _done(world)["发布一份群日历"]


@pytest.mark.parametrize("form", [{}, {"industry": "steel"}, {"industry": "beauty", "brand": "x"}])
def test_a_wrong_choice_makes_nothing(world: World, form: dict[str, str]) -> None:
    answer = client_for(world.ann).post("/setup/begin", form)

    assert answer["Location"] == "/setup"
    assert not Tag.objects.exists()
    assert not SopCalendar.objects.exists()


def test_an_idea_fills_the_form_of_a_benefit(world: World) -> None:
    page = client_for(world.ann).get("/setup?industry=snacks").content.decode()
    idea = (
        client_for(world.ann).get("/cards/benefits/new?name=尝新装&threshold=29").content.decode()
    )

    assert "/cards/benefits/new?name=" in page
    assert 'value="尝新装"' in idea
    assert 'value="29"' in idea


def test_every_trade_has_tags_and_ideas() -> None:
    for industry in INDUSTRIES:
        assert len(industry.tags) >= 4
        assert len(industry.benefits) >= 2


def test_a_manager_sees_no_list(world: World) -> None:
    assert client_for(world.bo).get("/setup").status_code == 403
