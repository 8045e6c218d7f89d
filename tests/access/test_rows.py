"""Every route has its row in the matrix, every row its route, and they say the same."""

import pytest

from siyu.access import MATRIX
from tests.access.routes import Route, all_routes
from tests.access.row import ROLES, STAFF, Row
from tests.access.rows import ROWS, by_route

ROUTES = all_routes()
HANDLED = ("GET", "POST")


def stub(route: Route) -> str:
    """The row to write, as far as the route itself tells."""
    policy = route.policy
    if policy is None:
        return f"{route.name}：先给视图写上 @policy(audience, capability)"
    roles = sorted(role.value for role in MATRIX.get(policy.capability, ()))
    if policy.audience == "public":
        roles = list(ROLES)
    ids = {name: "<场景里的名字，见 tests/access/scene.py>" for name, _ in route.params}
    return (
        f"在 tests/access/matrix/ 里加一行：\n    Row(\n"
        f'        "{route.name}", "{policy.audience}", "{policy.capability}", '
        f'"{policy.object_kind}",\n        "{" ".join(roles)}", <GET 的状态>, <POST 的状态>,\n'
        f"        ids={ids}, form={{<让 POST 成功的字段>}}, others=<看得到别店对象的角色>,\n    ),"
    )


def test_the_resolver_is_read_to_the_end() -> None:
    assert len(ROUTES) >= 100
    assert {route.surface for route in ROUTES.values()} == {"staff", "customer", "platform"}


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_route_has_its_row(name: str) -> None:
    assert name in by_route(), stub(ROUTES[name])


@pytest.mark.parametrize("row", ROWS, ids=[row.route for row in ROWS])
def test_a_row_has_its_route_and_says_what_the_view_declares(row: Row) -> None:
    assert row.route in ROUTES, f"{row.route} 已经没有这条路由，删掉这一行"
    policy = ROUTES[row.route].policy
    assert policy is not None, f"{row.route} 没有声明访问策略"
    assert (row.audience, row.capability, row.kind) == (
        policy.audience,
        policy.capability,
        policy.object_kind,
    )
    assert set(row.ids) == {name for name, _ in ROUTES[row.route].params}


def test_no_route_has_two_rows() -> None:
    assert len(by_route()) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row.route for row in ROWS])
def test_a_row_spells_its_roles_out(row: Row) -> None:
    """No wildcard, no role that does not exist, and those of the rights matrix exactly."""
    named = row.roles.split()
    assert named
    assert set(named) <= set(ROLES)
    assert set(row.others.split()) <= set(named)
    assert set(row.shows.split()) <= set(named)
    if row.audience == "staff" and row.capability:
        granted = {role.value for role in MATRIX[row.capability]}
        here = {"platform"} if row.surface == "platform" else set(STAFF)
        assert set(named) == granted & here
    if row.audience == "public":
        assert set(named) == set(ROLES)


@pytest.mark.parametrize("row", ROWS, ids=[row.route for row in ROWS])
def test_what_is_out_of_the_ordinary_has_a_reason(row: Row) -> None:
    assert row.why or not (row.special or row.shows), row.route
    for entry in row.special.split():
        role, method, status = entry.split(":")
        assert role in row.roles.split()
        assert method in HANDLED
        assert status.isdigit()
