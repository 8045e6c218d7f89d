"""Forty refusals, each by hand: who may not do what, and that nothing came of trying.

Where it helps, the same request by somebody who may is made too, so that a refusal is
not merely a misspelt address.
"""

import pytest

from tests.access.asking import path_of
from tests.access.canaries import body_of
from tests.access.door import Door
from tests.access.rows import ROWS
from tests.access.stage import BRAND_MARK, STORE_MARK, Stage

SHIP = {"carrier": "顺丰速运", "tracking_no": "SF1"}
REFUND = {"line_{paid_line}": "1.00", "reason": "少发"}
RULES = {"json": "{rules}", "note": "改"}
HOME = {
    "name": "伊芙",
    "phone": "13800000001",
    "province": "上海市",
    "city": "上海市",
    "address": "南京东路 1 号",
    "sku": "{sku}",
    "n": "1",
    "key": "denials-0001",
}


@pytest.fixture
def door(stage: Stage) -> Door:
    return Door(stage)


# What a role may not do.


def test_a_guide_gives_no_money_back(door: Door) -> None:
    door.opens("finance", "POST", "staff:/orders/{paid_order}/refund", **REFUND)
    door.refuses(403, "guide", "POST", "staff:/orders/{paid_order}/refund", **REFUND)


def test_a_manager_gives_no_money_back(door: Door) -> None:
    door.refuses(403, "manager", "POST", "staff:/orders/{paid_order}/refund", **REFUND)


def test_an_analyst_ships_nothing(door: Door) -> None:
    door.opens("manager", "POST", "staff:/orders/{paid_order}/ship", **SHIP)
    door.refuses(403, "analyst", "POST", "staff:/orders/{paid_order}/ship", **SHIP)


def test_finance_ships_nothing(door: Door) -> None:
    door.refuses(403, "finance", "POST", "staff:/orders/{paid_order}/ship", **SHIP)


def test_a_manager_takes_no_orders_away_in_a_file(door: Door) -> None:
    door.opens("operator", "GET", "staff:/orders/csv")
    door.refuses(403, "manager", "GET", "staff:/orders/csv")


def test_a_guide_takes_no_orders_away_in_a_file(door: Door) -> None:
    door.refuses(403, "guide", "GET", "staff:/orders/csv")


def test_an_analyst_imports_no_orders(door: Door) -> None:
    file = {"platform": "generic", "brand": "{brand_pk}", "file": b"order,at\n"}
    door.refuses(403, "analyst", "POST", "staff:/orders/import", **file)


def test_an_operator_publishes_no_commission_rules(door: Door) -> None:
    door.opens("finance", "POST", "staff:/commission/rules/new?raw=", **RULES)
    door.refuses(403, "operator", "POST", "staff:/commission/rules/new?raw=", **RULES)


def test_an_operator_settles_no_commission(door: Door) -> None:
    door.refuses(403, "operator", "POST", "staff:/commission/settle")


def test_a_manager_voids_no_cards(door: Door) -> None:
    door.opens("operator", "POST", "staff:/cards/{batch}/void", reason="印错")
    door.refuses(403, "manager", "POST", "staff:/cards/{batch}/void", reason="印错")


def test_an_analyst_carries_no_serials_away(door: Door) -> None:
    door.opens("operator", "GET", "staff:/cards/{batch}/sheet.csv")
    door.refuses(403, "analyst", "GET", "staff:/cards/{batch}/sheet.csv")


def test_a_manager_hires_nobody(door: Door) -> None:
    form = {"name": "新", "username": "newcomer", "role": "admin", "unit": ""}
    door.refuses(403, "manager", "POST", "staff:/org/staff/new", **form)


def test_an_operator_resets_nobodys_password(door: Door) -> None:
    door.opens("admin", "POST", "staff:/org/staff/{staff}/password")
    door.refuses(403, "operator", "POST", "staff:/org/staff/{staff}/password")


def test_an_operator_makes_no_api_key(door: Door) -> None:
    door.refuses(403, "operator", "POST", "staff:/org/api-keys", name="对接", role="admin")


def test_finance_reads_no_audit_log(door: Door) -> None:
    door.opens("admin", "GET", "staff:/settings/audit")
    door.refuses(403, "finance", "GET", "staff:/settings/audit")


def test_an_operator_changes_no_connection(door: Door) -> None:
    form = {"appid": "wx_mall_appid", "secret": "st0len"}
    door.refuses(403, "operator", "POST", "staff:/settings/connections/mp", **form)


def test_an_operator_looks_through_nobodys_eyes(door: Door) -> None:
    door.opens("admin", "POST", "staff:/view-as/{staff}")
    door.refuses(403, "operator", "POST", "staff:/view-as/{staff}")


def test_an_operator_revives_no_dead_job(door: Door) -> None:
    door.opens("admin", "POST", "staff:/settings/jobs/{job}/retry")
    door.refuses(403, "operator", "POST", "staff:/settings/jobs/{job}/retry")


def test_an_analyst_stops_no_import(door: Door) -> None:
    door.opens("operator", "POST", "staff:/tasks/{task}/cancel")
    door.refuses(403, "analyst", "POST", "staff:/tasks/{task}/cancel")


def test_an_admin_reads_no_guides_income(door: Door) -> None:
    door.opens("guide", "GET", "staff:/g/me/commissions/{commission}")
    door.refuses(403, "admin", "GET", "staff:/g/me/commissions/{commission}")


# What lies outside a person's store or brand is not there.


def test_a_manager_ships_no_order_of_another_store(door: Door) -> None:
    door.refuses(404, "manager", "POST", "staff:/orders/{paid_order}/ship", "store", **SHIP)


def test_a_guide_reads_no_customer_of_another_store(door: Door) -> None:
    door.opens("guide", "GET", "staff:/g/customers/{member}")
    door.refuses(404, "guide", "GET", "staff:/g/customers/{member}", "store")


def test_a_guide_notes_nothing_on_a_customer_of_another_store(door: Door) -> None:
    door.refuses(404, "guide", "POST", "staff:/g/customers/{member}/notes", "store", text="抢")


def test_a_manager_reads_no_income_of_their_own_guide(door: Door) -> None:
    door.refuses(404, "manager", "GET", "staff:/g/me/commissions/{commission}")


def test_an_operator_gives_nothing_back_for_another_brand(door: Door) -> None:
    address = "staff:/orders/{paid_order}/refund"
    door.opens("admin", "POST", address, "brand", **REFUND)
    door.refuses(404, "operator", "POST", address, "brand", **REFUND)


def test_an_operator_voids_no_cards_of_another_brand(door: Door) -> None:
    door.refuses(404, "operator", "POST", "staff:/cards/{batch}/void", "brand", reason="印错")


def test_finance_settles_no_difference_of_another_brand(door: Door) -> None:
    address = "staff:/orders/exceptions/{pay_exception}/resolve"
    door.opens("finance", "POST", address, reason="已核对")
    door.refuses(404, "finance", "POST", address, "brand", reason="已核对")


def test_finance_publishes_no_rules_of_another_brand(door: Door) -> None:
    address = "staff:/commission/rules/new?raw=&brand={brand}"
    door.opens("finance", "POST", address, **RULES)
    door.refuses(404, "finance", "POST", address, "brand", **RULES)


def test_an_operator_prints_no_cards_for_another_brand(door: Door) -> None:
    form = {"name": "偷印", "size": "1", "print_cost_fen": "0", "insert_cost_fen": "0"}
    mine = {"brand": door.named()["brand_pk"], "benefit": door.named()["benefit_pk"]}
    theirs = {
        "brand": door.named("brand")["brand_pk"],
        "benefit": door.named("brand")["benefit_pk"],
    }
    assert door.opens("operator", "POST", "staff:/cards/new", **form, **mine).status_code == 302
    for wrong in ({**mine, "brand": theirs["brand"]}, {**mine, "benefit": theirs["benefit"]}):
        door.refuses(200, "operator", "POST", "staff:/cards/new", **form, **wrong)


def test_an_operator_imports_nothing_into_another_brand(door: Door) -> None:
    upload, brand = door.named()["upload"], door.named("brand")["brand"]
    address = f"staff:/orders/import/{upload}/start?platform=generic&brand={brand}"
    door.refuses(404, "operator", "POST", address)


def test_an_operator_moves_no_stock_of_another_brand(door: Door) -> None:
    form = {"location": door.named("brand")["brand_pk"], "pieces": "5"}
    address = "staff:/products/{product}/skus/{sku_pk}/stock"
    door.refuses(302, "operator", "POST", address, **form)
    door.refuses(404, "operator", "POST", address, "brand", **form)


def test_a_manager_hands_no_customer_to_a_guide_of_another_store(door: Door) -> None:
    dee = door.stage.aurora.staff["guide of store"].pk
    cai = door.stage.aurora.staff["guide"].pk
    door.opens("manager", "POST", "staff:/members/{member}/owner", owner=str(cai))
    door.refuses(302, "manager", "POST", "staff:/members/{member}/owner", owner=str(dee))


# What belongs to another customer is not there either.


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "customer:/orders/{paid_order}"),
        ("POST", "customer:/orders/{open_order}/cancel"),
        ("POST", "customer:/orders/{shipped_order}/receive"),
        ("GET", "customer:/pay/{open_order}"),
        ("POST", "customer:/benefits/{entitlement}/claim"),
    ],
)
def test_a_customer_touches_nothing_of_another_customers(
    door: Door, method: str, address: str
) -> None:
    door.opens("customer", method, address)
    door.refuses(404, "customer", method, address, "store")


def test_a_customer_gets_no_money_back_for_another_customers_order(door: Door) -> None:
    form = {"scope": "whole", "reason": "不想要了"}
    door.opens("customer", "POST", "customer:/orders/{paid_order}/refund", **form)
    door.refuses(404, "customer", "POST", "customer:/orders/{paid_order}/refund", "store", **form)


def test_a_customer_uses_no_gift_that_was_promised_to_another(door: Door) -> None:
    theirs = door.named("store")["entitlement"]
    form = {**HOME, "total_fen": "{total_fen}", "gift": theirs}
    door.opens("customer", "POST", "customer:/buy", **HOME, total_fen="{total_fen}")
    assert door.refuses(409, "customer", "POST", "customer:/buy", **form).status_code == 409


def test_a_customer_names_no_price_of_their_own(door: Door) -> None:
    door.refuses(409, "customer", "POST", "customer:/buy", **HOME, total_fen="1")


# Strangers to a surface.


def test_a_customers_session_opens_no_dashboard(door: Door) -> None:
    answer = door.refuses(302, "customer", "GET", "staff:/orders")
    assert answer["Location"].startswith("/login")


def test_an_admins_session_opens_no_customers_orders(door: Door) -> None:
    answer = door.refuses(302, "admin", "GET", "customer:/orders")
    assert answer["Location"].startswith("/login")


def test_a_platform_operators_session_opens_no_merchant(door: Door) -> None:
    door.opens("platform", "GET", "platform:/")
    door.refuses(302, "platform", "GET", "staff:/orders")
    door.refuses(302, "platform", "POST", "staff:/orders/{paid_order}/refund", **REFUND)


def test_a_merchants_admin_suspends_nobody(door: Door) -> None:
    address = f"platform:/tenants/{door.stage.breeze.tenant.slug}/suspend"
    door.opens("platform", "POST", address, reason="欠费")
    door.refuses(302, "admin", "POST", address, reason="欠费")


def test_an_api_key_opens_nothing_while_there_is_no_open_api(door: Door) -> None:
    door.refuses(302, "api_key", "GET", "staff:/orders")
    door.refuses(302, "api_key", "POST", "staff:/orders/{paid_order}/ship", **SHIP)
    door.refuses(401, "api_key", "POST", "customer:/orders/{open_order}/cancel")


def test_text_that_holds_a_nul_is_refused_everywhere(door: Door) -> None:
    door.refuses(400, "admin", "GET", "staff:/orders/%00")
    door.refuses(400, "admin", "GET", "staff:/members", q="\0")
    door.refuses(400, "guide", "POST", "staff:/g/customers/{member}/notes", text="a\0b")
    door.refuses(400, "customer", "GET", "customer:/p/a%00b")
    door.refuses(400, "anonymous", "POST", "staff:/login", username="\0", password="x")


# What is searched for or pointed at beyond one's reach is not found.


@pytest.mark.parametrize(
    ("role", "group", "address"),
    [
        ("manager", "store", "staff:/members?q={refund}"),
        ("operator", "brand", "staff:/orders?number={refund}"),
        ("operator", "brand", "staff:/orders?brand={brand_pk}"),
        ("operator", "brand", "staff:/orders/csv?brand={brand_pk}"),
        ("manager", "store", "staff:/commission?guide={staff}"),
        ("finance", "brand", "staff:/commission?guide={staff}"),
        ("manager", "store", "staff:/orders/refunds?state=failed"),
        ("finance", "brand", "staff:/orders/exceptions?all=1"),
        ("guide", "store", "staff:/g/customers?q=客"),
    ],
)
def test_a_search_finds_nothing_beyond_ones_reach(
    door: Door, role: str, group: str, address: str
) -> None:
    mark = {"store": STORE_MARK, "brand": BRAND_MARK}[group].encode()
    assert mark not in body_of(door.opens(role, "GET", address, group))


def test_a_brands_rules_are_read_by_nobody_of_another_brand(door: Door) -> None:
    door.refuses(404, "operator", "GET", "staff:/commission/rules?brand={brand}", "brand")


def test_a_merchants_admin_is_bound_to_no_unit(door: Door) -> None:
    """Otherwise whoever keeps one store's staff could make somebody who keeps everybody's."""
    form = {"name": "新", "username": "newcomer", "role": "admin", "unit": "{brand_pk}"}
    page = door.ask("admin", "POST", "staff:/org/staff/new", **form).content.decode()
    assert "商家管理员管理整个商家" in page
    door.refuses(200, "admin", "POST", "staff:/org/staff/new", **form)


def test_a_route_answers_no_other_method_than_it_says(door: Door) -> None:
    for row in ROWS:
        if row.sender or row.surface == "platform":
            continue
        role = "customer" if row.surface == "customer" else row.roles.split()[-1]
        role = role if row.audience != "public" else "anonymous"
        path = path_of(row, door.named())
        for method in ("PUT", "PATCH", "DELETE"):
            answer = door.browser(role, row.surface).generic(method, path)
            assert answer.status_code == 405, (method, row.route, answer.status_code)
