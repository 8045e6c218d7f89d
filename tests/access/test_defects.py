"""What the matrix is for: each of these defects, put in on purpose, turns it red."""

import dataclasses

import pytest

from org.contracts import Role
from org.models import Staff
from siyu.access import MATRIX
from siyu.middleware.access import AccessMiddleware
from tenants import middleware
from tenants.context import entered
from tests.access.cells import (
    MISSING,
    OTHER_CREDENTIAL,
    OTHER_HOST,
    OTHER_STORE,
    OWN,
    RELATIONS,
    cells_of,
)
from tests.access.routes import routes_of
from tests.access.row import Row
from tests.access.rows import by_route
from tests.access.runner import Runner
from tests.access.stage import Stage
from tests.access.test_rows import stub

VIEWERS = "manager operator analyst finance admin"


@pytest.fixture
def leaky(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(middleware.URLCONFS, "staff", "tests.access.leaky")


def row(path: str, *, get: int = 200, post: int = 200, **more: object) -> Row:
    """A row that says of a leaky view what it should have been."""
    told = {"audience": "staff", "capability": "orders.view", "kind": "", "roles": VIEWERS}
    fields = {"route": f"staff:/leaky/{path}", "writes": False, **told, **more}
    return Row(get=get, post=post, **fields)


def order_row(path: str, **more: object) -> Row:
    ids = {"order_id": "paid_order"}
    return row(f"{path}/<str:order_id>", kind="order", ids=ids, others="admin", **more)


def problems(stage: Stage, row: Row, roles: str, *relations: str) -> str:
    runner = Runner(stage)
    for cell in cells_of(row, tuple(roles.split()), relations or RELATIONS):
        runner.run(cell)
    return "\n".join(runner.finish())


@pytest.mark.usefixtures("leaky")
def test_a_view_that_asks_nobody_whose_it_is_turns_it_red(stage: Stage) -> None:
    found = problems(stage, order_row("orders"), "manager operator", OTHER_STORE)
    assert "manager · other store：应答 404，实答 200" in found
    assert "operator · other store：应答 404，实答 200" in found
    assert "看得到别处的内容" in found


@pytest.mark.parametrize("path", ["members", "header", "cookie"])
@pytest.mark.usefixtures("leaky")
def test_a_row_of_the_other_merchant_turns_it_red(stage: Stage, path: str) -> None:
    assert "看得到另一家商家的内容" in problems(stage, row(path), "operator", OWN)


@pytest.mark.usefixtures("leaky")
def test_a_write_to_the_other_merchant_turns_it_red(stage: Stage) -> None:
    found = problems(stage, row("written", get=405), "operator", OWN)
    assert "改动了另一家商家的表 ['org_staff']" in found


@pytest.mark.usefixtures("leaky")
def test_a_page_that_forgot_to_be_for_staff_turns_it_red(stage: Stage) -> None:
    found = problems(stage, row("open"), "anonymous customer guide", OWN, OTHER_HOST)
    assert "anonymous · own：应答 302，实答 200" in found
    assert "guide · own：应答 403，实答 200" in found
    assert "看得到另一家商家的内容" in found


@pytest.mark.usefixtures("leaky")
def test_an_answer_that_tells_not_yours_from_not_there_turns_it_red(stage: Stage) -> None:
    oracle = order_row("oracle", get=404, post=404)
    assert "不是自己的和不存在的分得出来" in problems(
        stage, oracle, "operator", OTHER_STORE, MISSING
    )


@pytest.mark.usefixtures("leaky")
def test_a_view_that_breaks_turns_it_red(stage: Stage) -> None:
    assert "出错 500：KeyError('price')" in problems(stage, row("broken"), "operator", OWN)


def test_a_wider_role_turns_it_red(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows spell the roles out, so the rights matrix cannot be widened alone."""
    refund = by_route()["staff:/orders/<str:order_id>/refund"]
    assert problems(stage, refund, "manager", OWN) == ""

    monkeypatch.setitem(MATRIX, "orders.refund", MATRIX["orders.refund"] | {Role.MANAGER})

    assert "manager · own：应答 403，实答 302" in problems(stage, refund, "manager", OWN)
    assert "被拒绝却改动了" in problems(stage, refund, "manager", OWN)


def test_a_narrower_role_turns_it_red(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    refund = by_route()["staff:/orders/<str:order_id>/refund"]
    monkeypatch.setitem(MATRIX, "orders.refund", frozenset({Role.ADMIN}))
    assert "finance · own：应答 302，实答 403" in problems(stage, refund, "finance", OWN)


def test_a_check_that_lets_everybody_in_turns_it_red(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccessMiddleware, "_staff", lambda *_: None)
    refund = by_route()["staff:/orders/<str:order_id>/refund"]
    found = problems(stage, refund, "guide analyst", OWN, OTHER_CREDENTIAL)
    assert "guide · own：应答 403" in found
    assert "guide · other tenant's credential on own host：应答 302，实答 500" in found


def test_a_store_that_sees_its_whole_brand_turns_it_red(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with entered(stage.aurora.tenant):
        Staff.objects.filter(username="bo").update(unit=stage.aurora.groups["own"].brand)
    found = problems(stage, by_route()["staff:/orders"], "manager", OWN)
    assert "看得到别处的内容" in found


def test_a_row_that_hopes_for_too_much_turns_it_red(stage: Stage) -> None:
    """A write that changes nothing would make the checks of denied writes hollow."""
    notes = by_route()["staff:/g/customers/<str:member_id>/notes"]
    hollow = dataclasses.replace(notes, form={"text": " "})
    assert "这一格证明不了什么" in problems(stage, hollow, "guide", OWN)


def test_a_route_without_a_row_is_told_what_to_write() -> None:
    routes = {route.path: route for route in routes_of("staff", "tests.access.leaky")}
    told = stub(routes["/leaky/orders/<str:order_id>"])
    assert '"staff:/leaky/orders/<str:order_id>", "staff", "orders.view", "order"' in told
    assert "admin analyst finance manager operator" in told
    assert "@policy" in stub(routes["/leaky/undeclared"])
