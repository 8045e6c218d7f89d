"""The guide's pages: one's own and nobody else's, at the same price for 1 row and for 20."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.models import AuditEntry
from distribution.models import Commission, ShareLink
from distribution.selectors import list_objections_for
from distribution.services import bind_member, make_share_link, record_visit
from mall.models import Product
from members.models import Contact, Member, TimelineEntry
from org.models import OrgUnit, Staff
from org.services import create_staff, create_unit
from tenants.models import Tenant
from tests.distribution.kit import (
    Goods,
    lines_of,
    make_sku,
    pay,
    place,
    receive,
    refund,
    shared_by,
)
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def befriend(member: Member, guide: Staff) -> None:
    Contact.objects.create(
        member=member, staff=guide, external_userid=f"wm{member.pk}", added_at=clock.now()
    )


@pytest.fixture
def eve_is_cais(world: World) -> World:
    befriend(world.eve, world.cai)
    return world


@pytest.fixture
def earning(eve_is_cais: World) -> Commission:
    """Cai earned on a shared sale of Eve's, with a part given back."""
    shared_by(eve_is_cais, eve_is_cais.cai)
    order = receive(pay(place(eve_is_cais, Goods(6_667))))
    refund(order, (lines_of(order)[0], 1_667))
    return Commission.objects.get()


def page(guide: Staff, path: str) -> str:
    response = client_for(guide).get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def paths(world: World) -> list[str]:
    """Every page with an object, of Cai's objects."""
    row, product = Commission.objects.get(), Product.objects.all()[0]
    return [
        "/g/",
        "/g/customers",
        f"/g/customers/{world.eve.public_id}",
        "/g/goods",
        f"/g/goods/{product.public_id}",
        "/g/me",
        f"/g/me/commissions/{row.public_id}",
    ]


def test_every_page_opens(eve_is_cais: World, earning: Commission) -> None:
    for path in paths(eve_is_cais):
        assert "Traceback" not in page(eve_is_cais.cai, path)


def test_nobody_comes_in_without_a_login(eve_is_cais: World, earning: Commission) -> None:
    for path in paths(eve_is_cais):
        response = client_for(None).get(path)
        assert (response.status_code, response.headers["Location"]) == (
            302,
            f"/g/login?next={path}",
        )


def test_an_operator_is_not_a_guide(eve_is_cais: World, earning: Commission) -> None:
    for path in paths(eve_is_cais):
        assert client_for(eve_is_cais.ann).get(path).status_code == 403


def test_other_store_gets_404(eve_is_cais: World, earning: Commission) -> None:
    eve = eve_is_cais.eve.public_id
    dee = client_for(eve_is_cais.dee)

    assert dee.get(f"/g/customers/{eve}").status_code == 404
    assert dee.post(f"/g/customers/{eve}/notes", {"text": "偷看"}).status_code == 404
    assert dee.get(f"/g/me/commissions/{earning.public_id}").status_code == 404
    assert (
        dee.post(f"/g/me/commissions/{earning.public_id}/objections", {"text": "x"}).status_code
        == 404
    )
    assert not TimelineEntry.objects.filter(kind="follow_up").exists()
    assert not AuditEntry.objects.filter(action="distribution.commission.objected").exists()
    assert "伊芙" not in dee.get("/g/customers").content.decode()
    assert "¥5.00" not in dee.get("/g/me").content.decode()


def test_a_manager_sees_no_income_of_their_guides_here(
    eve_is_cais: World, earning: Commission
) -> None:
    bo = client_for(eve_is_cais.bo)

    assert bo.get(f"/g/me/commissions/{earning.public_id}").status_code == 404
    assert "还没有佣金" in bo.get("/g/me").content.decode()


def test_other_tenant_gets_404(eve_is_cais: World, earning: Commission, breeze: Tenant) -> None:
    brand = OrgUnit.objects.get(kind="brand")
    store = create_unit(kind="store", name="微风店", code="z1", parent=brand)
    zoe = create_staff(username="zoe", name="佐", role="guide", unit=store, wecom_userid="wx_zoe")
    client = client_for(zoe, "breeze.localhost")

    assert client.get("/g/").status_code == 200
    for path in (
        f"/g/customers/{eve_is_cais.eve.public_id}",
        f"/g/me/commissions/{earning.public_id}",
    ):
        assert client.get(path).status_code == 404
    assert client.get(f"/g/goods/{'0' * 26}").status_code == 404


def test_the_amounts_are_the_ledgers_to_the_fen(eve_is_cais: World, earning: Commission) -> None:
    text = page(eve_is_cais.cai, "/g/me")

    assert 'data-amount="500"' in text
    assert "¥5.00" in text
    assert "冻结中" in text
    assert "已冲回 ¥1.66" in text


def test_a_derivation_is_told_in_plain_words(eve_is_cais: World, earning: Commission) -> None:
    text = page(eve_is_cais.cai, f"/g/me/commissions/{earning.public_id}")

    for words in (
        "¥66.67 × 10%，不足一分的舍去",
        "打开了导购分享的链接：蔡",
        "有效证据里优先级最高：打开了导购分享的链接",
        "系统默认规则（下单时生效的版本）",
        "剩余计佣金额 ¥50.00；结算前退款，不再结算",
        "已有导购的证据",
    ):
        assert words in text, words


def test_a_doubt_is_kept_for_the_operator(eve_is_cais: World, earning: Commission) -> None:
    path = f"/g/me/commissions/{earning.public_id}"

    response = client_for(eve_is_cais.cai).post(f"{path}/objections", {"text": " 比例不对 "})

    assert response.headers["Location"] == path
    entry = AuditEntry.objects.get(action="distribution.commission.objected")
    assert (entry.reason, entry.actor_id) == ("比例不对", eve_is_cais.cai.pk)
    assert (entry.subject_id, entry.after["amount_fen"]) == (earning.public_id, 500)
    assert list(list_objections_for(eve_is_cais.ann)) == [entry]
    assert list(list_objections_for(eve_is_cais.dee)) == []


def test_an_empty_doubt_is_refused_in_words(eve_is_cais: World, earning: Commission) -> None:
    path = f"/g/me/commissions/{earning.public_id}"

    response = client_for(eve_is_cais.cai).post(f"{path}/objections", {"text": " "}, follow=True)

    assert "请写下您的疑问" in response.content.decode()
    assert not AuditEntry.objects.filter(action="distribution.commission.objected").exists()


def test_a_note_lands_on_the_customers_story(eve_is_cais: World) -> None:
    path = f"/g/customers/{eve_is_cais.eve.public_id}"

    client_for(eve_is_cais.cai).post(f"{path}/notes", {"text": "想要玫瑰味"})

    assert "蔡：想要玫瑰味" in page(eve_is_cais.cai, path)


def test_sharing_makes_one_link_to_the_customers_host(world: World) -> None:
    product = make_sku(world, Goods(10_000)).product
    path = f"/g/goods/{product.public_id}"
    assert "分享给客户" in page(world.cai, path)

    for _ in range(2):
        client_for(world.cai).post(f"{path}/link")

    link = ShareLink.objects.get()
    assert (link.guide, link.product) == (world.cai, product)
    assert "m.aurora.localhost" in page(world.cai, path)
    assert f"/s/{link.token}" in page(world.cai, path)


def test_looking_at_a_product_makes_no_link(world: World) -> None:
    product = make_sku(world, Goods(10_000)).product

    page(world.cai, f"/g/goods/{product.public_id}")

    assert ShareLink.objects.count() == 0


def test_goods_off_the_shelf_are_404(world: World) -> None:
    product = make_sku(world, Goods(10_000)).product
    Product.objects.filter(pk=product.pk).update(status="off")

    assert client_for(world.cai).get(f"/g/goods/{product.public_id}").status_code == 404
    assert client_for(world.cai).post(f"/g/goods/{product.public_id}/link").status_code == 404
    assert ShareLink.objects.count() == 0


def test_three_things_of_the_day_are_warm_visits_then_new_friends(eve_is_cais: World) -> None:
    fay = Member.objects.create(name="菲", source="test", created_at=clock.now())
    befriend(fay, eve_is_cais.cai)
    product = make_sku(eve_is_cais, Goods(10_000)).product
    link = make_share_link(eve_is_cais.cai, product)
    record_visit(link.token, visitor="b", member=eve_is_cais.eve)

    text = page(eve_is_cais.cai, "/g/")

    assert f"今天 10:00 打开了您分享的「{product.title}」，还没有下单" in text
    assert "若成交，预计佣金 ¥10.00" in text
    assert "今天 10:00 加了您，还没有下过单" in text
    assert text.index("联系伊芙") < text.index("联系菲")


def test_who_bought_after_the_visit_is_left_in_peace(eve_is_cais: World) -> None:
    link = make_share_link(eve_is_cais.cai, make_sku(eve_is_cais, Goods(10_000)).product)
    record_visit(link.token, visitor="b", member=eve_is_cais.eve)
    pay(place(eve_is_cais, Goods(10_000)))

    assert "今天还没有要紧的事" in page(eve_is_cais.cai, "/g/")


def test_chips_and_search_narrow_the_list(eve_is_cais: World) -> None:
    fay = Member.objects.create(name="菲", source="test", created_at=clock.now())
    befriend(fay, eve_is_cais.cai)
    Contact.objects.filter(member=fay).update(added_at=clock.now() - dt.timedelta(days=8))
    pay(place(eve_is_cais, Goods(10_000)))

    def names(query: str) -> set[str]:
        text = page(eve_is_cais.cai, f"/g/customers{query}")
        return {name for name in ("伊芙", "菲") if f'title">{name}<' in text}

    assert names("") == {"伊芙", "菲"}
    assert names("?chip=new") == {"伊芙"}
    assert names("?chip=waiting") == {"菲"}
    assert names("?chip=asleep") == set()
    assert names("?q=菲") == {"菲"}


def queries(guide: Staff, path: str) -> int:
    client = client_for(guide)
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize(
    "path",
    ["/g/", "/g/customers", "/g/customers/{eve}", "/g/goods", "/g/me", "/g/me/commissions/{row}"],
)
def test_twenty_rows_cost_what_one_costs(eve_is_cais: World, path: str) -> None:
    world: Any = eve_is_cais
    shared_by(world, world.cai)
    bind_member(
        member=world.eve, brand=world.brand, guide=world.cai, event="add_friend", at=clock.now()
    )
    first = pay(place(world, Goods(1_000)))
    row = Commission.objects.get()
    path = path.format(eve=world.eve.public_id, row=row.public_id)
    one = queries(world.cai, path)

    for number in range(19):
        pay(place(world, Goods(1_000)))
        befriend(
            Member.objects.create(name=f"客{number}", source="test", created_at=clock.now()),
            world.cai,
        )
        link = make_share_link(world.cai, Product.objects.order_by("-pk")[0])
        record_visit(link.token, visitor=f"b{number}", member=world.eve)
    for fen in range(1, 5):
        refund(first, (lines_of(first)[0], fen))

    assert queries(world.cai, path) == one
