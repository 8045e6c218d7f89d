"""秒杀: arranged in Shanghai's time with pieces set aside, watched, ended early."""

import pytest

from mall.models import FlashSale, Stock
from tests.pages.dashboard.kit import assert_flat, make_sku
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def form(sku_pk: int, **changes: str) -> dict[str, object]:
    return {
        "sku": sku_pk,
        "price_fen": "69",
        "quantity": "5",
        "per_person": "1",
        "pay_minutes": "5",
        "starts_at": "2026-03-02T12:00",
        "ends_at": "2026-03-02T14:00",
        **changes,
    }


def free(sku_pk: int) -> int:
    return sum(row.on_hand - row.sold for row in Stock.objects.filter(sku_id=sku_pk))


def test_a_sale_is_arranged_and_its_pieces_set_aside(world: World) -> None:
    sku = make_sku(world)
    client = client_for(world.ann)
    answer = client.post("/sales/new", form(sku.pk))
    sale = FlashSale.objects.get()
    assert answer["Location"] == f"/sales/{sale.public_id}"
    assert (sale.price_fen, sale.starts_at.hour, free(sku.pk)) == (6_900, 4, 15)
    page = client.get(f"/sales/{sale.public_id}").content.decode()
    assert "未开始" in page
    assert "没有成交记录，不显示" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "21"},
        {"quantity": "0"},
        {"per_person": "6"},
        {"price_fen": "0"},
        {"ends_at": "2026-03-02T11:00"},
        {"sku": "0"},
    ],
)
def test_a_wrong_sale_is_explained_and_sets_nothing_aside(
    world: World, wrong: dict[str, str]
) -> None:
    sku = make_sku(world)
    answer = client_for(world.ann).post("/sales/new", form(sku.pk, **wrong))
    assert answer.status_code == 200
    assert not FlashSale.objects.exists()
    assert free(sku.pk) == 20


def test_an_early_end_gives_the_rest_back_once(world: World) -> None:
    sku = make_sku(world)
    client = client_for(world.ann)
    client.post("/sales/new", form(sku.pk))
    url = f"/sales/{FlashSale.objects.get().public_id}"
    for words in ("没卖完的件数回到可售库存", "已经结束了"):
        assert words in client.post(f"{url}/end", follow=True).content.decode()
        assert free(sku.pk) == 20


def test_a_manager_looks_and_changes_nothing(world: World) -> None:
    sku = make_sku(world)
    client_for(world.ann).post("/sales/new", form(sku.pk))
    url = f"/sales/{FlashSale.objects.get().public_id}"
    client = client_for(world.bo)
    assert "结束秒杀" not in client.get(url).content.decode()
    assert client.post(f"{url}/end").status_code == 403
    assert client.post("/sales/new", form(sku.pk)).status_code == 403
    assert free(sku.pk) == 15


def test_an_unknown_sale_is_404(world: World) -> None:
    assert client_for(world.ann).get("/sales/0000000000000000000000none").status_code == 404


def test_the_list_costs_the_same_for_many_rows(world: World) -> None:
    client = client_for(world.ann)
    assert_flat(
        world.ann, "/sales", lambda: client.post("/sales/new", form(make_sku(world).pk)), most=16
    )
