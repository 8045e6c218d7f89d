"""导入会员 and 保存的对应关系: looked at, rehearsed, brought in; changed and dropped."""

import pytest

from core.jobs import run_due
from core.models import LongTask
from mall.models import ImportMapping
from members.models import Member
from tests.pages.dashboard.kit import queries_of
from tests.pages.dashboard.test_imports import named, start_url, upload, with_columns
from tests.world import World, client_for

pytestmark = pytest.mark.django_db

CUSTOMERS = (
    "客户姓名,客户昵称,客户手机号,标签,成为客户时间,\n"
    "伊芙,伊芙,13800014606,老客,2026-02-01 08:00:00,\n"
    "亚当,亚当,138******06,,2026-02-02 08:00:00,\n"
    "无时,无时,,,昨天,\n"
)


def bring(staff, text=CUSTOMERS):
    """Where the uploaded customers are looked at."""
    answer = client_for(staff).post("/members/import", {"file": named(text)})
    assert answer.status_code == 302
    return answer["Location"]


def test_the_preview_shows_people_and_what_is_wrong_and_no_phone_in_full(world: World) -> None:
    page = client_for(world.ann).get(bring(world.ann)).content.decode()

    assert "前 2 人" in page
    assert "138****4606" in page
    assert "13800014606" not in page
    assert "文件里被遮挡" in page
    assert "第 4 行：时间格式无法识别" in page
    assert Member.objects.filter(source="youzan").count() == 0


def test_customers_come_in_by_a_worker_and_a_second_time_nobody(world: World) -> None:
    url, client = bring(world.ann), client_for(world.ann)
    there = client.post(f"{url}/start")["Location"]
    run_due("sync")
    page = client.get(there).content.decode()

    assert Member.objects.filter(source="youzan").count() == 2
    assert "时间格式无法识别" in page
    client.post(f"{url}/start")
    run_due("sync")
    result = LongTask.objects.latest("pk").result
    assert (result["created"], result["unchanged"], result["error_count"]) == (0, 2, 1)


def test_a_rehearsal_of_customers_writes_nobody(world: World) -> None:
    client_for(world.ann).post(f"{bring(world.ann)}/start", {"dry_run": "1"})
    run_due("sync")

    assert LongTask.objects.get().result["created"] == 2
    assert not Member.objects.filter(source="youzan").exists()


def test_another_file_is_no_customer_list(world: World) -> None:
    page = client_for(world.ann).get(bring(world.ann, "a,b\n1,2\n")).content.decode()

    assert "这不是有赞的客户文件" in page
    assert "开始导入" not in page


def test_problems_of_customers_are_a_table(world: World) -> None:
    client = client_for(world.ann)
    client.post(f"{bring(world.ann)}/start")
    run_due("sync")
    task = LongTask.objects.get()
    text = client.get(f"/members/import/tasks/{task.public_id}/problems.csv").content.decode()

    [row] = text.strip().splitlines()[1:]
    assert row.startswith("4,time_invalid")


@pytest.fixture
def saved(world: World) -> ImportMapping:
    client_for(world.ann).post(start_url(with_columns(upload(world.ann, world))), {"save_as": "旧"})
    return ImportMapping.objects.get()


def test_a_saved_mapping_is_chosen_with_the_upload(world: World, saved) -> None:
    url = upload(world.ann, world, saved="旧")

    assert "mapping=" in url
    assert "前 2 单" in client_for(world.ann).get(url).content.decode()


def edit_form(**changes):
    columns = {"c_order_no": "单号", "c_placed_at": "时间", "c_amount": "金额"}
    return {"saved_name": "新", "unit": "fen", "timezone": "UTC", "buyer_kind": "x", **columns} | (
        changes
    )


def test_a_saved_mapping_is_renamed_and_changed(world: World, saved) -> None:
    client = client_for(world.ann)
    assert "旧" in client.get("/orders/import/mappings").content.decode()
    answer = client.post(f"/orders/import/mappings/{saved.pk}", edit_form())

    assert answer.status_code == 302
    saved.refresh_from_db()
    assert (saved.name, saved.mapping["unit"]) == ("新", "fen")
    assert saved.mapping["columns"] == {"order_no": "单号", "placed_at": "时间", "amount": "金额"}


def test_a_mapping_that_lacks_what_is_needed_is_not_saved(world: World, saved) -> None:
    client = client_for(world.ann)
    page = client.post(f"/orders/import/mappings/{saved.pk}", edit_form(c_order_no=""))

    assert "缺少字段：订单号" in page.content.decode()
    saved.refresh_from_db()
    assert saved.name == "旧"


def test_a_name_that_another_mapping_has_is_refused(world: World, saved) -> None:
    other = ImportMapping.objects.create(
        name="新", platform="generic", mapping=saved.mapping, created_at=saved.created_at
    )
    client = client_for(world.ann)
    page = client.post(f"/orders/import/mappings/{saved.pk}", edit_form()).content.decode()

    assert "已有名为「新」的对应关系" in page
    assert {saved.name, other.name} == set(ImportMapping.objects.values_list("name", flat=True))


def test_a_deleted_mapping_is_gone(world: World, saved) -> None:
    client_for(world.ann).post(f"/orders/import/mappings/{saved.pk}/delete")

    assert not ImportMapping.objects.exists()


def test_the_lists_ask_the_same_for_one_row_and_for_twenty(world: World, saved) -> None:
    LongTask.objects.create(kind="mall.import_members", created_at=saved.created_at)
    urls = ("/orders/import/mappings", "/members/import")
    before = [queries_of(world.ann, url) for url in urls]
    for number in range(20):
        ImportMapping.objects.create(
            name=f"第{number}",
            platform="generic",
            mapping=saved.mapping,
            created_at=saved.created_at,
        )
        LongTask.objects.create(kind="mall.import_members", created_at=saved.created_at)

    assert [queries_of(world.ann, url) for url in urls] == before
