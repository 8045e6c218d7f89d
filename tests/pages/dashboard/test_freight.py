"""运费模板: made in one form, chosen for a product, changed for orders from now on."""

from typing import Any

import pytest

from mall.contracts import Place
from mall.models import FreightTemplate
from mall.selectors import quote_cart
from tests.pages.dashboard.kit import assert_flat, make_sku
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def form(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "brand": world.brand.pk,
        "name": "标准运费",
        "basis": "piece",
        "free_from_fen": "299",
        "refused": "西藏 新疆",
        "is_default": "on",
        "regions": ["江苏 浙江，上海", "", ""],
        "first": ["1", "", "1"],
        "first_fee": ["5", "", "8.5"],
        "next": ["1", "", "2"],
        "next_fee": ["1", "", "2"],
        **changes,
    }


def test_a_template_is_made_and_quotes(world: World) -> None:
    sku = make_sku(world, price_fen=5_000)
    client_for(world.ann).post("/freight/new", form(world))
    template = FreightTemplate.objects.get()
    assert [zone["regions"] for zone in template.zones] == [["江苏", "浙江", "上海"], []]
    assert (template.free_from_fen, template.refused) == (29_900, ["西藏", "新疆"])
    assert quote_cart({sku.pk: 1}, Place("江苏省", "苏州市")).freight_fen == 500
    assert quote_cart({sku.pk: 3}, Place("广东省", "深圳市")).freight_fen == 1_050
    assert "江苏、浙江、上海" in client_for(world.bo).get("/freight").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"first": ["x", "", "1"]},
        {"next": ["1", "", "0"]},
        {"first_fee": ["1.005", "", "8"]},
        {"first_fee": ["8", "", "-1"]},
        {
            "regions": ["江苏", "江苏省", ""],
            "first": ["1"] * 3,
            "next": ["1"] * 3,
            "first_fee": ["1"] * 3,
            "next_fee": ["1"] * 3,
        },
        {"refused": "上海市"},
        {"regions": []},
    ],
)
def test_a_wrong_template_is_explained_and_not_kept(world: World, wrong: dict[str, Any]) -> None:
    answer = client_for(world.ann).post("/freight/new", form(world, **wrong))
    assert answer.status_code == 200
    assert "text-danger" in answer.content.decode() or "alert-danger" in answer.content.decode()
    assert not FreightTemplate.objects.exists()


def test_a_template_is_changed_as_its_form_stands(world: World) -> None:
    client = client_for(world.ann)
    client.post("/freight/new", form(world))
    template = FreightTemplate.objects.get()
    page = client.get(f"/freight/{template.public_id}").context["form"]
    rows = page.rows
    same = {name: [row[name] for row in rows] for name in rows[0]} | page.initial
    client.post(f"/freight/{template.public_id}", same | {"name": "新名字"})
    changed = FreightTemplate.objects.get()
    assert (changed.name, changed.zones, changed.refused) == (
        "新名字",
        template.zones,
        template.refused,
    )


def test_a_product_is_sent_by_its_own(world: World) -> None:
    client, sku = client_for(world.ann), make_sku(world)
    client.post("/freight/new", form(world, name="冷链"))
    template = FreightTemplate.objects.get()
    url = f"/products/{sku.product.public_id}/edit"
    client.post(url, {"title": "冰淇淋", "status": "on", "freight": template.pk})
    sku.product.refresh_from_db()
    assert sku.product.freight == template
    client.post(url, {"title": "冰淇淋", "status": "on", "freight": ""})
    sku.product.refresh_from_db()
    assert sku.product.freight is None


def test_a_manager_looks_and_changes_nothing(world: World) -> None:
    client_for(world.ann).post("/freight/new", form(world))
    template = FreightTemplate.objects.get()
    client = client_for(world.bo)
    assert client.get("/freight").status_code == 200
    assert client.post(f"/freight/{template.public_id}", form(world, name="x")).status_code == 403
    assert client.get("/freight/0000000000000000000000none").status_code == 403
    assert FreightTemplate.objects.get().name == "标准运费"


def test_an_unknown_template_is_404(world: World) -> None:
    url = "/freight/0000000000000000000000none"
    assert client_for(world.ann).get(url).status_code == 404


def test_the_list_costs_the_same_for_many_rows(world: World) -> None:
    client = client_for(world.ann)

    def grow() -> None:
        client.post("/freight/new", form(world, is_default=""))

    assert_flat(world.ann, "/freight", grow, most=16)
