"""An import as work that a worker does and a person watches."""

import hashlib

import pytest
from django.db import connection

from core import clock, jobs
from core.context import tkey
from core.errors import NotFound
from core.models import AuditEntry, Event, Job, LongTask
from core.tasks import ask_to_cancel
from mall.importing import ImportRefused, Mapping
from mall.models import ImportMapping, Order
from mall.selectors import (
    get_import_for,
    get_mapping,
    list_import_problems,
    list_imports_for,
    list_mappings,
    look_at_file,
)
from mall.services import delete_mapping, run_import, save_mapping, start_import
from mall.services.imports import TaskMoved
from org.services import create_unit
from tests.mall.importing.files import jd, tmall, write_csv
from tests.world import World

pytestmark = pytest.mark.django_db


def start(path, world, **options):
    return start_import(path=path, platform="tmall", brand=world.brand, **options)


def numbered(tmp_path, count):
    """A list of that many orders, one row each."""
    return tmall(tmp_path, *({"订单编号": f"N{number:04d}"} for number in range(count)))


def test_starting_owes_the_work_to_the_sync_lane_and_imports_nothing_yet(tmp_path, world: World):
    task = start(tmall(tmp_path), world, actor=world.ann)

    job = Job.objects.get(name="mall.run_import")
    assert (job.lane, job.payload) == ("sync", {"task_id": task.pk})
    assert task.state == LongTask.State.QUEUED
    assert not Order.objects.exists()
    assert AuditEntry.objects.get(action="mall.import.started").after["platform"] == "tmall"


def test_a_worker_runs_it_and_the_task_keeps_the_result(tmp_path, world: World):
    task = start(numbered(tmp_path, 3), world)
    assert jobs.run_due("sync") == 1

    task = get_import_for(world.ann, task.public_id)
    assert (task.state, task.done, task.total) == ("done", 4, 4)
    assert task.result["created"] == 3
    assert "新增 3" in task.log
    assert list(list_imports_for(world.ann)) == [task]
    assert AuditEntry.objects.filter(action="mall.import.finished").count() == 1


def test_the_analysts_hear_of_the_days_once_all_is_in(tmp_path, world: World):
    task = start(numbered(tmp_path, 35), world)
    run_import(task.pk, chunk_items=10)

    event = Event.objects.get(name="mall.orders_imported")
    assert event.payload == {"first_day": "2024-03-01", "last_day": "2024-03-01"}
    job = Job.objects.get(name="analytics.note_import")
    assert job.payload == event.payload


def test_a_task_that_was_cut_short_goes_on_at_its_next_chunk(tmp_path, world: World):
    task = start(numbered(tmp_path, 35), world)
    _break_after(task, chunks=2)
    assert Order.objects.count() == 20

    told = run_import(task.pk)

    assert told.result["created"] == 35
    assert told.result["totals"]["orders"] == Order.objects.count() == 35
    assert "从第 21 单继续" in LongTask.objects.get(pk=task.pk).log


def _break_after(task, *, chunks):
    """Run until so many chunks are written, then fall over."""
    lines = []

    def tell(line):
        lines.append(line)
        if len(lines) == chunks:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        run_import(task.pk, tell=tell, chunk_items=10)


def test_running_a_finished_task_again_does_nothing(tmp_path, world: World):
    task = start(tmall(tmp_path), world)
    run_import(task.pk)
    Order.objects.all().delete()

    assert run_import(task.pk).result["created"] == 1
    assert not Order.objects.exists()


def test_two_processes_never_write_the_same_task(tmp_path, world: World):
    task = start(numbered(tmp_path, 35), world)

    def meanwhile(line):
        if Order.objects.count() == 10:
            _break_after(task, chunks=2)

    with pytest.raises(TaskMoved):
        run_import(task.pk, tell=meanwhile, chunk_items=10)
    assert Order.objects.count() == 20
    assert run_import(task.pk).result["created"] == Order.objects.count() == 35


@pytest.fixture
def import_elsewhere():
    """Another process in the middle of a chunk of this merchant's."""
    digest = hashlib.sha256(tkey("lock", "mall.import").encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        yield
    other.close()


def test_a_worker_that_finds_another_import_at_work_comes_back_later(
    tmp_path, world: World, import_elsewhere
):
    task = start(tmall(tmp_path), world)
    jobs.run_due("sync")

    job = Job.objects.get(name="mall.run_import")
    assert job.state == Job.State.DUE
    assert job.due_at > clock.now()
    assert LongTask.objects.get(pk=task.pk).state == LongTask.State.RUNNING
    assert not Order.objects.exists()


def test_cancelling_keeps_what_was_committed_and_tells_so(tmp_path, world: World):
    task = start(numbered(tmp_path, 35), world)

    def tell(line):
        if Order.objects.count() == 20:
            ask_to_cancel(task)

    ended = run_import(task.pk, tell=tell, chunk_items=10)

    assert ended.state == LongTask.State.CANCELLED
    assert ended.result["created"] == Order.objects.count() == 20
    assert ended.result["totals"]["orders"] == 20


def test_a_file_changed_meanwhile_is_not_gone_on_with(tmp_path, world: World):
    task = start(numbered(tmp_path, 35), world)
    _break_after(task, chunks=1)
    numbered(tmp_path, 34)

    ended = run_import(task.pk)

    assert (ended.state, ended.result["code"]) == ("failed", "file_changed")
    assert Order.objects.count() == 10


def test_a_file_that_is_gone_fails_the_task_in_words(tmp_path, world: World):
    path = tmall(tmp_path)
    task = start(path, world)
    path.unlink()
    jobs.run_due("sync")

    ended = get_import_for(world.ann, task.public_id)
    assert (ended.state, ended.result["message"]) == ("failed", f"找不到文件：{path.name}")
    assert Job.objects.get(name="mall.run_import").state == Job.State.DONE


def test_a_long_import_keeps_its_lease_alive(tmp_path, world: World):
    task = start(numbered(tmp_path, 25), world)
    [job] = jobs.claim("sync")
    Job.objects.update(lease_until=clock.real_now())

    run_import(task.pk)

    until = Job.objects.get(pk=job.pk).lease_until
    assert until is not None
    assert 290 < (until - clock.real_now()).total_seconds() <= 300


def test_problems_are_kept_by_row_for_a_download(tmp_path, world: World):
    task = start(tmall(tmp_path, {"总金额": "很多"}, {"订单编号": "2"}, {"订单编号": ""}), world)
    run_import(task.pk)

    told = list_import_problems(get_import_for(world.ann, task.public_id))
    assert [(row["row"], row["code"], row["raw"]) for row in told] == [
        (2, "amount_invalid", "很多"),
        (4, "order_no_missing", ""),
    ]
    assert all(row["message"] for row in told)


def test_a_dry_run_by_a_worker_counts_and_writes_no_order(tmp_path, world: World):
    task = start(tmall(tmp_path), world, dry_run=True)
    jobs.run_due("sync")

    assert get_import_for(world.ann, task.public_id).result["created"] == 1
    assert not Order.objects.exists()
    assert not Event.objects.exists()


def test_nobody_imports_into_a_brand_beyond_their_reach(tmp_path, world: World):
    other = create_unit(kind="brand", name="别的品牌", code="other")

    with pytest.raises(NotFound):
        start_import(path=tmall(tmp_path), platform="tmall", brand=other, actor=world.ann)
    with pytest.raises(NotFound):
        start(tmall(tmp_path), world, actor=world.bo)
    assert not LongTask.objects.exists()


def test_a_file_of_another_platform_is_refused_before_a_task_is_made(tmp_path, world: World):
    with pytest.raises(ImportRefused, match="这像是京东的文件"):
        start(jd(tmp_path), world)
    assert not LongTask.objects.exists()
    assert not Job.objects.filter(name="mall.run_import").exists()


def test_orders_go_to_the_brand_that_was_chosen(tmp_path, world: World):
    other = create_unit(kind="brand", name="别的品牌", code="other")
    task = start_import(path=tmall(tmp_path), platform="tmall", brand=other, actor=world.admin)
    run_import(task.pk)

    order = Order.objects.get()
    assert (order.brand_id, order.store_id) == (other.pk, None)


COLUMNS = {"order_no": "no", "placed_at": "at", "amount": "sum"}


def test_a_mapping_is_kept_by_name_and_replaced_by_name():
    save_mapping(name="门店系统", mapping=Mapping(columns=COLUMNS, unit="fen"))
    save_mapping(name="门店系统", mapping=Mapping(columns=COLUMNS, unit="yuan"))

    assert [row.name for row in list_mappings()] == ["门店系统"]
    assert get_mapping("门店系统") == Mapping(name="门店系统", columns=COLUMNS, unit="yuan")
    delete_mapping(name="门店系统")
    assert not ImportMapping.objects.exists()
    with pytest.raises(NotFound):
        get_mapping("门店系统")


@pytest.mark.parametrize("name", ["", "  ", "长" * 61])
def test_a_mapping_without_a_usable_name_is_refused(name):
    with pytest.raises(ImportRefused, match="名称"):
        save_mapping(name=name, mapping=Mapping(columns=COLUMNS))
    assert not ImportMapping.objects.exists()


def test_a_look_at_a_file_tells_the_platform_and_the_first_orders(tmp_path):
    told = look_at_file(numbered(tmp_path, 30), limit=5)

    assert told.platform == "tmall"
    assert [order.platform_order_no for order in told.preview.orders] == [
        f"N{number:04d}" for number in range(5)
    ]
    assert (told.mapping, told.is_guess) == (None, False)


def test_a_look_at_a_generic_file_guesses_a_mapping_or_asks_for_one(tmp_path):
    row = {"订单号": "N1", "下单时间": "2024-03-01 11:16:00", "行金额": "9.90"}
    guessed = look_at_file(write_csv(tmp_path / "a.csv", [row]))
    strange = look_at_file(write_csv(tmp_path / "b.csv", [{"甲": "1", "乙": "2"}]))

    assert (guessed.platform, guessed.is_guess) == ("generic", True)
    assert guessed.preview.orders[0].total_fen == 990
    assert (strange.columns, strange.mapping, strange.preview) == (("甲", "乙"), None, None)
