"""商品: made, changed, priced, counted; seen by a store and changed only by the brand."""

import pytest

from mall.models import Product, Sku, Stock
from tenants.context import entered
from tests.conftest import tenant_called
from tests.pages.dashboard.kit import assert_flat, make_sku
from tests.world import World, build_world, client_for

pytestmark = pytest.mark.django_db


def new_form(world: World, **changes: str) -> dict[str, object]:
    return {
        "brand": world.brand.pk,
        "title": "玫瑰面霜",
        "code": "CREAM",
        "price_fen": "199.90",
        "cost_fen": "60",
        "stock": "12",
        **changes,
    }


def free_of(sku: Sku) -> int:
    return sum(row.on_hand - row.sold for row in Stock.objects.filter(sku=sku))


def test_a_product_is_made_with_its_price_and_stock(world: World) -> None:
    answer = client_for(world.ann).post("/products/new", new_form(world))
    product, sku = Product.objects.get(), Sku.objects.get()
    assert answer["Location"] == f"/products/{product.public_id}"
    assert (sku.price_fen, sku.cost_fen, free_of(sku)) == (19_990, 6_000, 12)
    assert "玫瑰面霜" in client_for(world.bo).get("/products").content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("price_fen", "0"), ("price_fen", "1.005"), ("stock", "-1"), ("title", "")]
)
def test_a_wrong_product_is_not_half_made(world: World, field: str, value: str) -> None:
    answer = client_for(world.ann).post("/products/new", new_form(world, **{field: value}))
    assert answer.status_code == 200
    assert not Product.objects.exists()


def test_a_taken_code_is_explained_and_leaves_no_product(world: World) -> None:
    sku = make_sku(world)
    answer = client_for(world.ann).post("/products/new", new_form(world, code=sku.code))
    assert "商品编码已存在" in answer.content.decode()
    assert Product.objects.count() == 1


def test_words_and_status_are_edited(world: World) -> None:
    product = make_sku(world).product
    form = {"title": "新名字", "status": "off", "image": "javascript:alert(1)"}
    url = f"/products/{product.public_id}/edit"
    assert "图片地址须以" in client_for(world.ann).post(url, form).content.decode()
    product.refresh_from_db()
    assert product.status == "on"

    client_for(world.ann).post(url, {**form, "image": "/static/a.png"})
    product.refresh_from_db()
    assert (product.title, product.status, product.image) == ("新名字", "off", "/static/a.png")


def test_a_price_is_changed_in_fen(world: World) -> None:
    sku = make_sku(world)
    url = f"/products/{sku.product.public_id}/skus/{sku.pk}/price"
    client_for(world.ann).post(url, {"price_fen": "88.88", "cost_fen": "30"})
    sku.refresh_from_db()
    assert (sku.price_fen, sku.cost_fen) == (8_888, 3_000)


def test_stock_comes_in_and_is_counted_beside_what_orders_hold(world: World) -> None:
    sku = make_sku(world, stock=20)
    Stock.objects.filter(sku=sku).update(sold=5)
    url = f"/products/{sku.product.public_id}/skus/{sku.pk}/stock"
    client = client_for(world.ann)
    client.post(url, {"location": world.brand.pk, "pieces": "3", "add": "1"})
    assert free_of(sku) == 18
    client.post(url, {"location": world.brand.pk, "pieces": "3", "count": "1"})
    stock = Stock.objects.get(sku=sku)
    assert (stock.on_hand, stock.sold) == (8, 5)
    client.post(url, {"location": world.brand.pk, "pieces": "-1", "count": "1"})
    assert free_of(sku) == 3


def test_a_sku_of_another_product_is_404(world: World) -> None:
    mine, other = make_sku(world), make_sku(world)
    url = f"/products/{mine.product.public_id}/skus/{other.pk}/price"
    answer = client_for(world.ann).post(url, {"price_fen": "1", "cost_fen": "0"})
    assert answer.status_code == 404
    other.refresh_from_db()
    assert other.price_fen == 10_000


@pytest.mark.parametrize("page", ["", "/edit", "/skus", "/skus/{}/price", "/skus/{}/stock"])
def test_the_other_merchants_product_is_404(world: World, page: str) -> None:
    with entered(tenant_called("breeze")):
        theirs = make_sku(build_world())
    url = f"/products/{theirs.product.public_id}{page.format(theirs.pk)}"
    client = client_for(world.admin)
    assert (client.post(url) if page else client.get(url)).status_code == 404


@pytest.mark.parametrize("page", ["/edit", "/skus", "/skus/{}/price", "/skus/{}/stock"])
def test_a_manager_looks_and_changes_nothing(world: World, page: str) -> None:
    sku = make_sku(world)
    base, client = f"/products/{sku.product.public_id}", client_for(world.bo)
    seen = client.get(base).content.decode()
    assert "改价" not in seen
    form = {"price_fen": "1", "cost_fen": "0", "title": "x", "code": "y", "pieces": "1"}
    assert client.post(base + page.format(sku.pk), form).status_code == 403
    sku.refresh_from_db()
    assert (sku.price_fen, Sku.objects.count(), free_of(sku)) == (10_000, 1, 20)


def test_a_guide_has_no_business_here(world: World) -> None:
    assert client_for(world.cai).get("/products").status_code == 403


def test_the_list_costs_the_same_for_many_rows(world: World) -> None:
    assert_flat(world.ann, "/products", lambda: make_sku(world), most=16)
