"""佣金: accounts that equal the ledger, amounts that explain themselves, rules, settling."""

import datetime as dt
import json

import pytest

from core import clock, ledger
from core.models import AuditEntry
from distribution.contracts import STATE_ACCOUNTS, party
from distribution.models import Commission, RuleVersion
from distribution.rules import DEFAULT_RULES
from pages.dashboard.rule_forms import _answers
from tenants.context import entered
from tests.conftest import tenant_called
from tests.distribution import kit as line
from tests.pages.dashboard.kit import assert_flat
from tests.world import World, build_world, client_for

pytestmark = pytest.mark.django_db


def sell(world: World, guide=None, fen: int = 20_000) -> Commission:
    """An order that the guide's link brought, paid: ten per cent is estimated."""
    line.shared_by(world, guide or world.cai)
    order = line.pay(line.place(world, line.Goods(fen)))
    return Commission.objects.get(line__order=order)


def received(world: World, days_ago: int) -> Commission:
    with clock.frozen(clock.now() - dt.timedelta(days=days_ago)):
        row = sell(world)
        line.receive(row.line.order)
    row.refresh_from_db()
    return row


def answers(**changes: object) -> dict[str, object]:
    """The form as it stands on the default rules, with `changes`."""
    kept = _answers(DEFAULT_RULES) | {"note": "试行", "is_automatic": "on"}
    return {**kept, **changes}


def test_the_totals_equal_the_ledgers_accounts(world: World) -> None:
    sell(world)
    received(world, 2)
    page = client_for(world.finn).get("/commission")
    totals = page.context["totals"]
    for state, account in STATE_ACCOUNTS.items():
        assert getattr(totals, f"{state}_fen") == -ledger.balance(account)
    assert (totals.estimated_fen, totals.frozen_fen) == (2_000, 2_000)
    assert "与总账一致" in page.content.decode()


def test_a_difference_with_the_ledger_is_shouted(world: World) -> None:
    sell(world)
    cai = party(world.cai.pk)
    lines = [ledger.Line("commission.estimated", 1, cai), ledger.Line("commission.expense", -1)]
    ledger.post("test.defect", "1", lines)
    page = client_for(world.finn).get("/commission").content.decode()
    assert "与总账不符" in page
    assert "与总账一致" not in page


def test_an_amount_opens_its_derivation_in_words(world: World) -> None:
    row = sell(world)
    client = client_for(world.finn)
    whole = client.get(f"/commission/{row.public_id}").content.decode()
    part = client.get(f"/commission/{row.public_id}", HTTP_HX_REQUEST="true").content.decode()
    for words in ("分享导购佣金", "计佣金额", "¥200.00", "佣金池", "¥20.00", "品牌默认佣金率"):
        assert words in whole
        assert words in part
    assert "<html" not in part


def test_rows_are_narrowed_by_state_and_guide(world: World) -> None:
    first, second = sell(world), sell(world, world.dee)
    client = client_for(world.finn)

    def rows(query: str) -> set[int]:
        return {row.pk for row in client.get(f"/commission?{query}").context["page"]}

    assert rows("") == {first.pk, second.pk}
    assert rows(f"guide={world.dee.public_id}") == {second.pk}
    assert rows("state=frozen") == set()
    assert rows("state=nonsense") == {first.pk, second.pk}


def test_what_is_due_is_settled_and_what_is_not_waits(world: World) -> None:
    due, young = received(world, 30), received(world, 1)
    client = client_for(world.finn)
    assert "结算到期的 1 笔，¥20.00" in client.get("/commission").content.decode()
    done = client.post("/commission/settle", follow=True).content.decode()
    assert "已结算 1 笔，¥20.00" in done
    due.refresh_from_db()
    young.refresh_from_db()
    assert (due.state, young.state) == ("settled", "frozen")


def test_rules_that_leave_settling_to_a_person_are_settled_by_the_button(world: World) -> None:
    with clock.frozen(clock.now() - dt.timedelta(days=40)):
        client_for(world.finn).post("/commission/rules/new", answers(is_automatic=""))
    row = received(world, 30)
    client_for(world.finn).post("/commission/settle")
    row.refresh_from_db()
    assert row.state == "settled"
    assert AuditEntry.objects.filter(action="distribution.commission.settled").count() == 1


def test_a_version_is_published_with_what_the_form_says(world: World) -> None:
    form = answers(rate="12.5", same_sharer=80, same_bound=20, rights_days=10)
    answer = client_for(world.finn).post("/commission/rules/new", form)
    assert answer["Location"].startswith("/commission/rules?brand=")
    config = RuleVersion.objects.get(number=1).config
    assert config["rates"]["default"] == {"mode": "percent", "ppm": 125_000}
    assert config["commission_split"]["same_store"] == {"sharer": 80, "bound": 20}
    assert config["rights"] == {"no_reason_days": 10, "extra_days": 0, "by_category": {}}
    assert config["evidence"]["code_minutes"] == 30
    assert "12.5%" in client_for(world.bo).get("/commission/rules").content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"same_sharer": 80}, "相加必须正好是 100"),
        ({"rate": "40"}, "与第二级相加超过了佣金池上限 30%"),
        ({"level2": "2"}, "请先确认已阅读合规提示"),
        ({"effective_at": "2026-03-01T10:00"}, "生效时间不能早于现在"),
    ],
)
def test_a_refusal_is_shown_by_its_own_words(world: World, changes: dict, sentence: str) -> None:
    answer = client_for(world.finn).post("/commission/rules/new", answers(**changes))
    assert sentence in answer.content.decode()
    assert not RuleVersion.objects.filter(number=1).exists()


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({"level3": {"ppm": 1}}, "最多两级"),
        ({"entry_fee": 100}, "不能收取入门费"),
        ({"team_reward": 1}, "团队计酬"),
        ({"surprise": 1}, "没有「surprise」这个字段"),
    ],
)
def test_what_the_law_forbids_is_refused_in_the_whole_configuration(
    world: World, extra: dict, sentence: str
) -> None:
    form = {"json": json.dumps({**DEFAULT_RULES, **extra}), "note": "x"}
    answer = client_for(world.finn).post("/commission/rules/new?raw=1", form)
    assert sentence in answer.content.decode()
    assert not RuleVersion.objects.filter(number=1).exists()


def test_rates_by_category_are_published_as_json(world: World) -> None:
    rates = {
        **DEFAULT_RULES["rates"],
        "by_category": {"护肤": {"all": {"mode": "percent", "ppm": 1}}},
    }
    form = {"json": json.dumps({**DEFAULT_RULES, "rates": rates}), "note": "护肤单列"}
    assert client_for(world.finn).post("/commission/rules/new?raw=1", form).status_code == 302
    assert RuleVersion.objects.get(number=1).config["rates"] == rates


def test_a_future_version_waits_in_shanghai_time(world: World) -> None:
    form = answers(effective_at="2026-03-03T08:00")
    client_for(world.finn).post("/commission/rules/new", form)
    version = RuleVersion.objects.get(number=1)
    assert version.effective_at == dt.datetime(2026, 3, 3, 0, 0, tzinfo=dt.UTC)
    assert "等待生效" in client_for(world.finn).get("/commission/rules").content.decode()


def test_a_manager_sees_the_own_stores_commission_only(world: World) -> None:
    mine, other = sell(world), sell(world, world.dee)
    client = client_for(world.bo)
    page = client.get("/commission")
    assert {row.pk for row in page.context["page"]} == {mine.pk}
    assert [account.guide for account in page.context["accounts"]] == [world.cai]
    assert client.get(f"/commission/{other.public_id}").status_code == 404


def test_the_other_merchants_commission_is_404(world: World) -> None:
    with entered(tenant_called("breeze")):
        theirs = sell(build_world())
    assert client_for(world.admin).get(f"/commission/{theirs.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("cai", "/commission"),
        ("bo", "/commission/rules/new"),
        ("ann", "/commission/rules/new"),
        ("bo", "/commission/settle"),
        ("ann", "/commission/settle"),
    ],
)
def test_the_wrong_role_is_refused_and_nothing_changes(world: World, who: str, url: str) -> None:
    row = received(world, 30)
    assert client_for(getattr(world, who)).post(url, answers()).status_code == 403
    row.refresh_from_db()
    assert row.state == "frozen"
    assert not RuleVersion.objects.filter(number=1).exists()


def test_the_list_costs_the_same_for_many_rows(world: World) -> None:
    assert_flat(world.finn, "/commission", lambda: sell(world), most=22)
