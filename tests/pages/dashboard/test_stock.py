"""库存: seen by place, corrected and carried with a reason, counted from a file or not at all."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import AuditEntry
from mall.models import Sku, Stock
from mall.services import set_stock
from tenants.context import entered
from tests.conftest import tenant_called
from tests.pages.dashboard.kit import assert_flat, make_sku
from tests.world import World, build_world, client_for

pytestmark = pytest.mark.django_db


def free_at(sku: Sku) -> dict[str, int]:
    rows = Stock.objects.filter(sku=sku).select_related("location")
    return {row.location.code: row.on_hand - row.sold for row in rows}


def upload(world: World, text: str, encoding: str = "utf-8") -> str:
    file = SimpleUploadedFile("count.csv", text.encode(encoding))
    answer = client_for(world.ann).post("/stock/import", {"file": file}, follow=True)
    return answer.content.decode()


def test_each_place_is_a_row_and_what_runs_short_is_found(world: World) -> None:
    plenty, short = make_sku(world), make_sku(world, stock=2)
    set_stock(sku=plenty, location=world.first_store, on_hand=3)
    client = client_for(world.ann)

    def codes(query: str) -> list[str]:
        return [row.sku.code for row in client.get(f"/stock?{query}").context["page"]]

    assert sorted(codes("")) == sorted([plenty.code, plenty.code, short.code])
    assert sorted(codes("low=on")) == sorted([plenty.code, short.code])
    assert codes(f"q={short.code}") == [short.code]
    assert codes(f"location={world.first_store.pk}") == [plenty.code]
    assert len(codes("location=x&low=")) == 3


def test_a_correction_needs_a_reason_and_is_told(world: World) -> None:
    sku = make_sku(world)
    client, url = client_for(world.ann), f"/stock/{sku.pk}"
    form = {"location": world.brand.pk, "change": "-2", "reason": ""}
    assert client.post(f"{url}/adjust", form).status_code == 200
    assert free_at(sku) == {world.brand.code: 20}
    client.post(f"{url}/adjust", {**form, "reason": "外盒破损"})
    assert free_at(sku) == {world.brand.code: 18}
    page = client.get(url).content.decode()
    assert "外盒破损" in page
    assert "-2" in page


def test_pieces_are_carried_and_never_more_than_there_are(world: World) -> None:
    sku = make_sku(world, stock=5)
    store = world.first_store
    client, url = client_for(world.ann), f"/stock/{sku.pk}/transfer"
    form = {"source": world.brand.pk, "target": store.pk, "quantity": "6", "reason": "补货"}
    assert "可售库存不够" in client.post(url, form).content.decode()
    client.post(url, {**form, "quantity": "4"})
    assert free_at(sku) == {world.brand.code: 1, store.code: 4}


def test_the_export_comes_back_as_a_count(world: World) -> None:
    sku, other = make_sku(world), make_sku(world)
    table = client_for(world.ann).get("/stock/csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["商品编码"]: row["可售"] for row in rows} == {sku.code: "20", other.code: "20"}
    assert AuditEntry.objects.filter(action="pages.exported").count() == 1

    Stock.objects.filter(sku=sku).update(sold=5)
    assert "已按盘点表更新 2 行" in upload(world, table.replace(",20,", ",7,"))
    assert free_at(sku) == free_at(other) == {world.brand.code: 7}
    assert Stock.objects.get(sku=sku).sold == 5


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("NONE,{place},3", "第 3 行：没有这个商品编码"),
        ("{code},nowhere,3", "第 3 行：没有这个地点编码"),
        ("{code},{place},-3", "第 3 行：可售须是 0 以上的整数"),
        ("{code},{place},", "第 3 行：可售须是 0 以上的整数"),
    ],
)
def test_one_wrong_line_keeps_the_whole_file_out(world: World, row: str, words: str) -> None:
    sku = make_sku(world)
    names = {"code": sku.code, "place": world.brand.code}
    good = f"{sku.code},{world.brand.code},3"
    assert words in upload(world, f"商品编码,地点编码,可售\n{good}\n{row.format(**names)}\n")
    assert free_at(sku) == {world.brand.code: 20}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "商品编码,地点编码\nK,1\n"])
def test_a_file_without_its_columns_is_refused(world: World, text: str) -> None:
    page = upload(world, text)
    assert "已按盘点表更新" not in page


def test_a_file_of_excel_in_chinese_is_read(world: World) -> None:
    sku = make_sku(world)
    text = f"商品编码,地点编码,可售\n{sku.code},{world.brand.code},9\n"
    assert "更新 1 行" in upload(world, text, "gb18030")
    assert free_at(sku) == {world.brand.code: 9}


def test_a_manager_looks_and_changes_nothing(world: World) -> None:
    sku = make_sku(world)
    client = client_for(world.bo)
    assert "调整库存" not in client.get(f"/stock/{sku.pk}").content.decode()
    form = {"location": world.brand.pk, "change": "1", "reason": "x"}
    assert client.post(f"/stock/{sku.pk}/adjust", form).status_code == 403
    assert client.get("/stock/import").status_code == 403
    assert free_at(sku) == {world.brand.code: 20}


def test_the_other_merchants_stock_is_404(world: World) -> None:
    make_sku(world)
    with entered(tenant_called("breeze")):
        other = build_world()
        theirs = [make_sku(other) for _ in range(3)][-1]
    client = client_for(world.admin)
    Sku.objects.filter(pk=theirs.pk).delete()
    assert client.get(f"/stock/{theirs.pk}").status_code == 404
    assert client.post(f"/stock/{theirs.pk}/adjust", {}).status_code == 404


def test_the_list_costs_the_same_for_many_rows(world: World) -> None:
    assert_flat(world.ann, "/stock", lambda: make_sku(world), most=18)
