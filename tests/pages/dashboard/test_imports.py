"""导入订单: looked at, mapped, rehearsed, brought in, explained by row; kept private."""

import io
import stat
from pathlib import Path

import pytest
from django.conf import settings

from core.jobs import run_due
from core.models import LongTask
from mall.models import ImportMapping, Order
from org.selectors import list_brands_for
from pages.uploads import upload_path
from tenants.context import entered
from tests.conftest import tenant_called
from tests.pages.dashboard.kit import queries_of
from tests.world import World, build_world, client_for

pytestmark = pytest.mark.django_db

GENERIC = (
    "单号,时间,货号,品名,件数,单价,客户\n"
    "S1,2026-02-01 10:00,A1,面霜,2,10.50,c1\n"
    "S2,2026-02-02 10:00,A2,香皂,1,3.33,c2\n"
    "S3,昨天,A3,毛巾,1,5,c3\n"
)
COLUMNS = {
    "unit": "yuan",
    "buyer_kind": "shop_x",
    "c_order_no": "单号",
    "c_placed_at": "时间",
    "c_sku_code": "货号",
    "c_title": "品名",
    "c_quantity": "件数",
    "c_price": "单价",
    "c_buyer": "客户",
}


def named(text: str, name: str = "导出.csv") -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = name
    return file


def upload(staff, world: World, text: str = GENERIC, platform: str = "generic", **files) -> str:
    """Where the uploaded file is looked at."""
    form = {"platform": platform, "brand": world.brand.pk, "file": named(text), **files}
    answer = client_for(staff).post("/orders/import", form)
    assert answer.status_code == 302
    return answer["Location"]


def with_columns(url: str, **changes: str) -> str:
    return url + "".join(f"&{name}={value}" for name, value in {**COLUMNS, **changes}.items())


def start_url(url: str) -> str:
    path, _, query = url.partition("?")
    return f"{path}/start?{query}"


def test_a_file_is_kept_private_under_the_merchants_own_folder(world: World, aurora) -> None:
    url = upload(world.ann, world)
    path = upload_path(url.split("/")[3].partition("?")[0])
    assert path.parent.parent == Path(settings.MEDIA_ROOT) / aurora.schema_name / "imports"
    assert path.name == "导出.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["x.exe", "x", "x.csv.php"])
def test_another_kind_of_file_is_refused(world: World, name: str) -> None:
    form = {"platform": "generic", "brand": world.brand.pk, "file": named("a", name)}
    answer = client_for(world.ann).post("/orders/import", form)
    assert "请选择 CSV、XLSX 或 Parquet 文件" in answer.content.decode()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.*"))


def test_a_name_cannot_leave_its_folder(world: World) -> None:
    form = {"platform": "generic", "brand": world.brand.pk, "file": named("a", "..\\..\\e<i>l.csv")}
    url = client_for(world.ann).post("/orders/import", form)["Location"]
    assert upload_path(url.split("/")[3].partition("?")[0]).name == "e_i_l.csv"


def test_the_preview_shows_orders_totals_and_what_is_wrong(world: World) -> None:
    url = with_columns(upload(world.ann, world))
    page = client_for(world.ann).get(url).content.decode()
    assert "前 2 单" in page
    assert "订单 2" in page
    assert "实付 ¥24.33" in page
    assert "第 4 行" in page
    assert not Order.objects.exists()


def test_an_incomplete_mapping_says_what_is_missing(world: World) -> None:
    page = client_for(world.ann).get(upload(world.ann, world) + "&unit=yuan").content.decode()
    assert "缺少字段" in page
    assert "开始导入" not in page


def test_a_file_of_another_platform_is_told_apart(world: World) -> None:
    url = upload(world.ann, world, platform="jd")
    page = client_for(world.ann).get(url).content.decode()
    assert "alert-danger" in page
    assert "开始导入" not in page


def test_an_import_runs_in_a_worker_and_a_second_one_adds_nothing(world: World) -> None:
    url = start_url(with_columns(upload(world.ann, world)))
    client = client_for(world.ann)
    first = client.post(url)
    run_due("sync")
    task = LongTask.objects.get()
    assert first["Location"] == f"/tasks/{task.public_id}"
    assert (task.result["created"], task.result["error_count"]) == (2, 1)
    assert {o.platform_order_no for o in Order.objects.filter(platform="shop_x")} == {"S1", "S2"}

    client.post(url)
    run_due("sync")
    assert LongTask.objects.latest("pk").result["created"] == 0
    assert Order.objects.count() == 2


def test_a_dry_run_reports_and_writes_nothing(world: World) -> None:
    url = start_url(with_columns(upload(world.ann, world)))
    client = client_for(world.ann)
    there = client.post(url, {"dry_run": "1"})["Location"]
    run_due("sync")
    page = client.get(there).content.decode()
    assert "这是试运行，没有写入" in page
    assert LongTask.objects.get().result["created"] == 2
    assert not Order.objects.exists()


def test_problems_are_on_the_page_and_in_a_table(world: World) -> None:
    client = client_for(world.ann)
    there = client.post(start_url(with_columns(upload(world.ann, world))))["Location"]
    run_due("sync")
    task = LongTask.objects.get()
    assert (
        f"/orders/import/tasks/{task.public_id}/problems.csv" in client.get(there).content.decode()
    )
    text = client.get(f"/orders/import/tasks/{task.public_id}/problems.csv").content.decode()
    [row] = text.strip().splitlines()[1:]
    assert row.startswith("4,")
    assert "昨天" in row


def test_a_mapping_is_saved_by_name_and_used_again(world: World) -> None:
    client = client_for(world.ann)
    client.post(start_url(with_columns(upload(world.ann, world))), {"save_as": "旧系统"})
    assert ImportMapping.objects.get().mapping["columns"]["order_no"] == "单号"

    again = upload(world.ann, world)
    assert "套用" in client.get(again).content.decode()
    assert "前 2 单" in client.get(again + "&mapping=旧系统").content.decode()


def test_a_wrong_mapping_starts_nothing(world: World) -> None:
    url = start_url(with_columns(upload(world.ann, world), c_order_no="没有这列"))
    page = client_for(world.ann).post(url, follow=True).content.decode()
    assert "字段对应关系有误" in page
    assert not LongTask.objects.exists()


def test_cancellations_and_left_out_documents_follow_their_prefix(world: World) -> None:
    text = (
        GENERIC + "CS1,2026-02-03 10:00,A1,面霜,-1,10.50,c1\nAX,2026-02-03 10:00,A1,坏账,1,9,c1\n"
    )
    url = with_columns(upload(world.ann, world, text), cancel_prefix="C", left_prefix="A")
    page = client_for(world.ann).get(url).content.decode()
    assert "冲销" in page
    client_for(world.ann).post(start_url(url))
    run_due("sync")
    result = LongTask.objects.get().result
    assert (result["cancellations"], len(result["left_out"])) == (1, 1)
    assert result["totals"]["net_fen"] == 2_433 - 1_050


def test_the_other_merchants_upload_task_and_brand_are_404(world: World) -> None:
    with entered(tenant_called("breeze")):
        other = build_world()
        zoe = other.admin
        brand = list_brands_for(zoe).get()
    breeze = client_for(None, "breeze.localhost")
    with entered(tenant_called("breeze")):
        breeze = client_for(zoe, "breeze.localhost")
        form = {"platform": "generic", "brand": brand.pk, "file": named(GENERIC)}
        theirs = breeze.post("/orders/import", form)["Location"]
    client = client_for(world.admin)
    assert client.get(theirs).status_code == 404
    assert client.post(start_url(theirs)).status_code == 404
    mine = upload(world.admin, world)
    assert client.get(mine.replace(world.brand.public_id, brand.public_id)).status_code == 404
    assert client.get(f"/orders/import/tasks/{'0' * 26}/problems.csv").status_code == 404
    assert not LongTask.objects.exists()


@pytest.mark.parametrize("who", ["bo", "cai", "finn"])
def test_the_wrong_role_is_refused_and_nothing_is_kept(world: World, who: str) -> None:
    client = client_for(getattr(world, who))
    form = {"platform": "generic", "brand": world.brand.pk, "file": named(GENERIC)}
    assert client.get("/orders/import").status_code == 403
    assert client.post("/orders/import", form).status_code == 403
    token = "0" * 26
    assert client.post(f"/orders/import/{token}/start").status_code == 403
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.csv"))


def test_the_preview_costs_the_same_for_twenty_rows(world: World) -> None:
    head, first, *_ = GENERIC.splitlines(keepends=True)
    few = with_columns(upload(world.ann, world, head + first))
    many = "".join(first.replace("S1", f"S{number}") for number in range(20))
    assert queries_of(world.ann, few) == queries_of(
        world.ann, with_columns(upload(world.ann, world, head + many))
    )
