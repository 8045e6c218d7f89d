"""One contract for `ContactWays`, kept by the fake and by the adapter against the twin."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from acquisition.contracts import ContactWays
from core.errors import Outcome, PortFailure
from tests.acquisition.fakes import FakeWays
from tests.wecom.conftest import Corp
from wecom.contact_ways import WecomContactWays

pytestmark = pytest.mark.django_db


@dataclass
class Bench:
    ways: ContactWays
    lose_next: Callable[[], None]


@pytest.fixture(params=["fake", "twin"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        fake = FakeWays()
        return Bench(fake, lambda: fake.script.append("lost"))
    corp: Corp = request.getfixturevalue("corp")
    api = "externalcontact/add_contact_way"
    return Bench(WecomContactWays(), lambda: corp.break_next(api, "reset_after"))


def test_a_code_is_made_and_found_by_its_state(bench: Bench) -> None:
    made = bench.ways.create(["wx_cai"], "slot-1", "包裹卡")

    assert made.config_id
    assert made.qr_url.startswith("http")
    assert bench.ways.find("slot-1") == made
    assert bench.ways.find("slot-2") is None


def test_a_code_whose_answer_was_lost_is_found(bench: Bench) -> None:
    bench.lose_next()

    with pytest.raises(PortFailure) as caught:
        bench.ways.create(["wx_cai"], "slot-3")

    assert caught.value.outcome is Outcome.UNKNOWN
    found = bench.ways.find("slot-3")
    assert found is not None
    assert found.state == "slot-3"


def test_deleting_twice_is_deleting_once(bench: Bench) -> None:
    made = bench.ways.create(["wx_cai"], "slot-4")

    bench.ways.delete(made.config_id)
    bench.ways.delete(made.config_id)

    assert bench.ways.find("slot-4") is None


def test_an_invite_link_is_made_and_withdrawn(bench: Bench) -> None:
    link = bench.ways.create_link("wx_cai", "蔡的获客链接")

    assert link.link_id
    assert link.url.startswith("http")
    bench.ways.delete_link(link.link_id)


def test_the_state_comes_back_with_whoever_adds(corp: Corp) -> None:
    way = WecomContactWays().create(["wx_cai"], "slot-5")

    added = corp.add(corp.person()["person"], config_id=way.config_id)

    assert (added["userid"], added["state"]) == ("wx_cai", "slot-5")


def test_a_code_changes_hands(corp: Corp) -> None:
    way = WecomContactWays().create(["wx_cai"], "slot-6")

    WecomContactWays().change_staff(way.config_id, ["wx_dee"])

    added = corp.add(corp.person()["person"], config_id=way.config_id)
    assert added["userid"] == "wx_dee"


def test_the_code_of_an_unknown_guide_is_refused(corp: Corp) -> None:
    with pytest.raises(PortFailure) as caught:
        WecomContactWays().create(["wx_nobody"], "slot-7")

    assert caught.value.outcome is Outcome.REJECTED


def test_a_remark_is_cut_to_thirty_characters(corp: Corp) -> None:
    WecomContactWays().create(["wx_cai"], "slot-8", "长" * 40)

    assert corp.calls("externalcontact/add_contact_way")[0]["body"]["remark"] == "长" * 30
