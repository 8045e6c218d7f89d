"""Who a session makes somebody, what ends it, and what a view without a policy does."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from core.models import AuditEntry
from org.models import ApiKey, OrgUnit, Staff
from org.services import find_api_key, reset_password, revoke_api_key, set_staff_active
from tenants import middleware
from tenants.context import entered
from tenants.services import resume_tenant, suspend_tenant
from tests.access.door import Door
from tests.access.routes import all_routes
from tests.access.stage import Side, Stage, cookie_of
from tests.mall.shop import login_of
from tests.world import Browser

ORDERS = "staff:/orders"
SHIP = {"carrier": "顺丰速运", "tracking_no": "SF1"}


@pytest.fixture
def door(stage: Stage) -> Door:
    return Door(stage)


@pytest.fixture
def aurora(stage: Stage) -> Side:
    return stage.aurora


# Default deny.


def test_a_view_without_a_policy_never_runs(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(middleware.URLCONFS, "staff", "tests.access.leaky")
    for role in ("anonymous", "guide", "admin"):
        answer = door.refuses(500, role, "GET", "staff:/leaky/undeclared")
        assert b"ran" not in answer.content
        answer = door.refuses(500, role, "GET", "staff:/leaky/misspelt")
        assert b"ran" not in answer.content


def test_a_view_for_the_open_api_is_closed_while_nothing_proves_a_key(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(middleware.URLCONFS, "staff", "tests.access.leaky")
    for role in ("anonymous", "admin", "api_key"):
        assert b"ran" not in door.refuses(401, role, "GET", "staff:/leaky/api").content


# Borrowed eyes.


@pytest.fixture
def looking(aurora: Side) -> dict[str, str]:
    """The admin, looking through the operator's eyes."""
    with entered(aurora.tenant):
        return {"HTTP_COOKIE": cookie_of(aurora.tenant, aurora.staff["admin"], view_as="ann")}


def test_borrowed_eyes_see_what_their_owner_sees(
    door: Door, aurora: Side, looking: dict[str, str]
) -> None:
    aurora.credentials["looking"] = looking

    assert "安" in door.opens("looking", "GET", ORDERS).content.decode()
    door.refuses(403, "looking", "GET", "staff:/settings/audit")
    door.refuses(403, "looking", "POST", "staff:/view-as/{staff}")


def test_borrowed_eyes_change_nothing(door: Door, aurora: Side, looking: dict[str, str]) -> None:
    aurora.credentials["looking"] = looking

    door.opens("operator", "POST", "staff:/orders/{paid_order}/ship", **SHIP)
    door.refuses(403, "looking", "POST", "staff:/orders/{paid_order}/ship", **SHIP)
    door.refuses(403, "looking", "POST", "staff:/members/{member}/tags", group="甲", name="乙")


def test_what_borrowed_eyes_carry_away_is_written_down_with_both_names(
    door: Door, aurora: Side, looking: dict[str, str]
) -> None:
    aurora.credentials["looking"] = looking
    assert door.ask("looking", "GET", "staff:/orders/csv").status_code == 200

    with entered(aurora.tenant):
        entry = AuditEntry.objects.get(action="pages.exported")
        assert (entry.actor_id, entry.behalf_of) == (aurora.staff["admin"].pk, "安")


def test_borrowed_eyes_may_leave(door: Door, aurora: Side, looking: dict[str, str]) -> None:
    aurora.credentials["looking"] = looking
    assert door.ask("looking", "POST", "staff:/logout").status_code == 302
    door.refuses(302, "looking", "GET", ORDERS)


def test_borrowed_eyes_are_given_back(door: Door, aurora: Side, looking: dict[str, str]) -> None:
    aurora.credentials["looking"] = looking
    door.ask("looking", "GET", "staff:/view-as/end")
    door.opens("looking", "GET", "staff:/settings/audit")


def test_who_may_no_longer_borrow_eyes_sees_with_their_own(
    door: Door, aurora: Side, looking: dict[str, str]
) -> None:
    aurora.credentials["looking"] = looking
    with entered(aurora.tenant):
        Staff.objects.filter(pk=aurora.staff["admin"].pk).update(role="guide")

    door.refuses(403, "looking", "GET", ORDERS)


# A session belongs to one merchant.


def test_a_session_carried_into_another_merchants_table_opens_nothing(
    door: Door, stage: Stage
) -> None:
    key = stage.aurora.credentials["admin"]["HTTP_COOKIE"].partition("=")[2]
    with entered(stage.aurora.tenant):
        row = Session.objects.get(pk=key)
    with entered(stage.breeze.tenant):
        Session.objects.create(
            session_key=key, session_data=row.session_data, expire_date=row.expire_date
        )

    browser = Browser(HTTP_HOST=stage.breeze.host("staff"), **stage.aurora.credentials["admin"])

    assert browser.get("/orders").status_code == 302
    with entered(stage.breeze.tenant):
        assert not Session.objects.filter(pk=key).exists()


@pytest.mark.parametrize("holds", ["staff_id", "customer_id"])
def test_a_session_bound_to_no_merchant_opens_nothing(door: Door, aurora: Side, holds: str) -> None:
    with entered(aurora.tenant):
        session = SessionStore()
        person = aurora.staff["admin"]
        session.update({"staff_hash": person.get_session_auth_hash(), holds: person.pk})
        session.save()
    aurora.credentials["loose"] = {"HTTP_COOKIE": f"siyu_session={session.session_key}"}

    assert door.ask("loose", "GET", ORDERS).status_code == 302
    assert door.ask("loose", "GET", "customer:/orders").status_code == 302


# What ends a session ends it at the next request.


def test_a_disabled_person_is_out_at_the_next_request(door: Door, aurora: Side) -> None:
    door.opens("operator", "GET", ORDERS)
    with entered(aurora.tenant):
        set_staff_active(staff=aurora.staff["operator"], is_active=False)
    assert door.ask("operator", "GET", ORDERS).status_code == 302


def test_a_new_password_ends_the_sessions_of_the_old_one(door: Door, aurora: Side) -> None:
    door.opens("operator", "GET", ORDERS)
    with entered(aurora.tenant):
        person = Staff.objects.get(pk=aurora.staff["operator"].pk)
        reset_password(staff=person, password="another horse")
    assert door.ask("operator", "GET", ORDERS).status_code == 302


def test_a_lesser_role_counts_at_the_next_request(door: Door, aurora: Side) -> None:
    door.opens("operator", "GET", "staff:/orders/csv")
    with entered(aurora.tenant):
        Staff.objects.filter(pk=aurora.staff["operator"].pk).update(role="analyst")
    door.refuses(403, "operator", "GET", "staff:/orders/csv")
    door.opens("operator", "GET", ORDERS)


def test_who_moves_to_another_store_sees_that_store_at_the_next_request(
    door: Door, aurora: Side
) -> None:
    address = "staff:/orders/{paid_order}"
    door.refuses(404, "manager", "GET", address, "store")
    with entered(aurora.tenant):
        other = OrgUnit.objects.get(code="s2")
        Staff.objects.filter(pk=aurora.staff["manager"].pk).update(unit=other)
    door.opens("manager", "GET", address, "store")
    door.refuses(404, "manager", "GET", address)


def test_a_forgotten_customer_is_out_at_the_next_request(door: Door, aurora: Side) -> None:
    with entered(aurora.tenant):
        customer = login_of(aurora.groups["own"].member, "o_soon_gone")
        session = SessionStore()
        session.update({"customer_id": customer.pk, "tenant": aurora.tenant.schema_name})
        session.save()
    aurora.credentials["gone"] = {"HTTP_COOKIE": f"siyu_session={session.session_key}"}
    door.opens("gone", "GET", "customer:/orders")
    with entered(aurora.tenant):
        customer.delete()
    assert door.ask("gone", "GET", "customer:/orders").status_code == 302


def test_a_revoked_key_is_worth_nothing_at_once(aurora: Side) -> None:
    things = aurora.groups["own"].things
    with entered(aurora.tenant):
        assert find_api_key(things["api_secret"]) is not None
        revoke_api_key(key=ApiKey.objects.get(public_id=things["api_key"]))
        assert find_api_key(things["api_secret"]) is None


def test_a_suspended_merchant_answers_nobody_until_it_is_resumed(door: Door, aurora: Side) -> None:
    suspend_tenant(slug=aurora.tenant.slug, reason="欠费")
    for role, address in (("admin", ORDERS), ("customer", "customer:/orders")):
        answer = door.refuses(503, role, "GET", address)
        assert answer["Retry-After"] == "30"
    resume_tenant(slug=aurora.tenant.slug)
    door.opens("admin", "GET", ORDERS)


def test_a_fragment_of_an_ended_session_makes_its_page_log_in(door: Door) -> None:
    for surface, path in (("staff", "/orders"), ("customer", "/orders")):
        browser = door.browser("anonymous", surface)
        answer = browser.get(path, headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


def test_every_write_of_a_browser_carries_its_token(stage: Stage) -> None:
    """Without the token of the page a POST is refused, whoever is logged in."""
    side = stage.aurora
    browser = Browser(
        enforce_csrf_checks=True,
        raise_request_exception=False,
        HTTP_HOST=side.host("staff"),
        **side.credentials["operator"],
    )
    address = f"/orders/{side.groups['own'].things['paid_order']}/ship"
    assert browser.post(address, SHIP).status_code == 403


def test_only_machines_are_let_off_the_token() -> None:
    routes = all_routes().values()
    assert {route.name for route in routes if getattr(route.view, "csrf_exempt", False)} == {
        "staff:/wecom/callback/<slug:callback_key>",
        "staff:/pay/notify/<slug:notify_key>",
        "platform:/demo/clock",
    }
