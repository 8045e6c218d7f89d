"""The back-ends' files through the command: what it prints, what it leaves in the tables."""

import json
from collections import Counter

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from mall.models import ImportMapping, Order, OrderLine
from mall.selectors import get_mapping
from members.models import Identity, Member
from tests.footprint import footprint, grown
from tests.mall.importing.files import needs_exports, tmall, write_csv
from tests.mall.importing.test_real_exports import DETAIL, JD, TMALL, expected, expected_totals
from tests.mall.imports.runs import command, done, refusal, run, stored

pytestmark = pytest.mark.django_db

GENERIC_ROW = {
    "订单号": "N1",
    "下单时间": "2024-03-01 11:16:00",
    "客户编号": "c1",
    "数量": "3",
    "单价": "0.335",
}


def sums():
    heads = Order.objects.aggregate(
        paid=Sum("paid_fen"), refund=Sum("refunded_fen"), total=Sum("total_fen")
    )
    lines = OrderLine.objects.aggregate(pieces=Sum("quantity"), back=Sum("refunded_fen"))
    return heads | lines


@needs_exports
def test_tmall_prints_every_total_and_takes_the_details_beside_it():
    told, said = command("--platform", "tmall", TMALL)

    assert told["totals"] == expected_totals()
    assert done(told) == (300, 0, 0)
    assert (told["errors"], told["left_out"], told["flags"]) == ([], [], {})
    assert told["detail"] == DETAIL.name
    assert DETAIL.name in said


@needs_exports
def test_tmalls_tables_hold_what_the_command_printed():
    told, _ = command("--platform", "tmall", TMALL, "--detail", DETAIL)

    totals = told["totals"]
    assert Order.objects.filter(platform="tmall", kind="sale").count() == totals["orders"]
    assert Order.objects.filter(paid_at__isnull=False).count() == totals["paid_orders"]
    assert OrderLine.objects.count() == totals["lines"]
    assert Identity.objects.filter(kind="tmall").count() == totals["buyers"]
    assert Member.objects.filter(source="tmall").count() == totals["buyers"]
    assert (sums()["paid"], sums()["refund"]) == (totals["paid_fen"], totals["refund_fen"])
    assert sums()["total"] == round(100 * expected()["total_amount_all_orders"])
    assert sums()["pieces"] == expected()["qty_total"]


@needs_exports
def test_what_was_paid_for_goods_is_shared_by_the_lines_to_the_fen():
    command("--platform", "tmall", TMALL)

    for order in Order.objects.filter(paid_fen__gt=0).annotate(shares=Sum("lines__paid_fen")):
        assert order.shares == order.paid_fen - order.freight_fen, order.number


@needs_exports
def test_jd_prints_its_totals_and_flags_its_twelve_deleted_orders():
    told, _ = command("--platform", "jd", JD)

    known = ("orders", "lines", "buyers", "paid_orders", "paid_fen")
    assert {name: told["totals"][name] for name in known} == {
        name: expected_totals()[name] for name in known
    }
    assert told["flags"] == {"deleted_on_platform": 12, "refund_unknown": 300}
    assert Order.objects.filter(flags__contains=["deleted_on_platform"]).count() == 12
    assert told["detail"] is None


@needs_exports
@pytest.mark.parametrize(("platform", "path"), [("tmall", TMALL), ("jd", JD)])
def test_a_second_import_creates_nothing_and_changes_nothing(platform, path):
    first, _ = command("--platform", platform, path)
    before = stored()
    again, _ = command("--platform", platform, path)

    assert done(first) == (300, 0, 0)
    assert done(again) == (0, 0, 300)
    assert again["totals"] == first["totals"]
    assert stored() == before


@needs_exports
def test_a_dry_run_tells_the_same_and_writes_nothing_at_all():
    before = footprint()
    dry, _ = command("--platform", "tmall", TMALL, "--dry-run")

    assert grown(before) == {}
    told, _ = command("--platform", "tmall", TMALL)
    names = ("created", "updated", "skipped", "errors", "totals", "flags")
    assert {name: dry[name] for name in names} == {name: told[name] for name in names}
    assert (dry["dry_run"], told["dry_run"]) == (True, False)


@needs_exports
def test_the_two_platforms_files_make_people_of_their_own():
    command("--platform", "tmall", TMALL)
    command("--platform", "jd", JD)

    assert Order.objects.count() == 600
    assert set(Identity.objects.values_list("kind", flat=True)) == {"tmall", "jd"}
    assert Member.objects.count() == Identity.objects.count() == 2 * expected()["buyers"]


def test_a_generic_file_without_a_mapping_is_read_by_its_header_and_says_so(tmp_path):
    told, said = command("--platform", "generic", write_csv(tmp_path / "a.csv", [GENERIC_ROW]))

    assert told["totals"]["paid_fen"] == 101
    assert "按表头推测" in said
    assert "price=单价" in said
    assert not ImportMapping.objects.exists()


def test_a_mapping_file_is_used_and_saved_under_its_name(tmp_path):
    row = {"no": "N1", "at": "2024-03-01 11:16:00", "who": "c1", "sum": "1200"}
    mapping = tmp_path / "ours.json"
    columns = {"order_no": "no", "placed_at": "at", "buyer": "who", "amount": "sum"}
    mapping.write_text(json.dumps({"columns": columns, "unit": "fen"}))
    path = write_csv(tmp_path / "a.csv", [row])

    told, _ = command("--platform", "generic", path, "--mapping", mapping)
    assert told["totals"]["paid_fen"] == 1200
    assert told["mapping"] == "ours"
    assert get_mapping("ours").columns == columns
    command("--platform", "generic", path, "--mapping", mapping)
    assert ImportMapping.objects.count() == 1


def test_a_dry_run_saves_no_mapping_either(tmp_path):
    mapping = tmp_path / "ours.json"
    columns = {"order_no": "订单号", "placed_at": "下单时间", "quantity": "数量", "price": "单价"}
    mapping.write_text(json.dumps({"columns": columns}))
    path = write_csv(tmp_path / "a.csv", [GENERIC_ROW])

    command("--platform", "generic", path, "--mapping", mapping, "--dry-run")
    assert not ImportMapping.objects.exists()


@pytest.mark.parametrize(
    ("platform", "text", "sentence"),
    [
        (
            "tmall",
            "订单编号,买家会员名\n1,2\n",
            "缺少必需的列：总金额、买家实际支付金额、订单状态、订单创建时间",
        ),
        ("jd", "a,b\n1,2\n", "缺少必需的列"),
        ("generic", "甲,乙\n1,2\n", "通用格式需要先指定各字段对应的列"),
        ("tmall", "", "文件是空的"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, platform, text, sentence):
    path = tmp_path / "a.csv"
    path.write_text(text)
    before = footprint()

    assert refusal("--platform", platform, path).startswith(sentence)
    assert grown(before) == {}


def test_a_file_that_is_not_there_and_a_brand_that_is_not_there_are_refused(tmp_path):
    path = write_csv(tmp_path / "a.csv", [GENERIC_ROW])

    assert refusal("--platform", "tmall", tmp_path / "none.csv") == "找不到文件：none.csv"
    assert refusal("--platform", "generic", path, "--brand", "x").endswith("没有编码为 x 的品牌")
    assert not Order.objects.exists()


def statements(path):
    """What reached the database, without the choice of the schema before each."""
    with CaptureQueriesContext(connection) as caught:
        run(path)
    told = [query["sql"].split()[:3] for query in caught if "search_path" not in query["sql"]]
    return Counter(" ".join(words) for words in told)


@needs_exports
def test_three_hundred_orders_take_the_statements_of_one(tmp_path):
    for_one = statements(tmall(tmp_path, {"订单编号": "1", "买家会员名": "x"}))
    for_all = statements(TMALL)

    assert for_all.total() == for_one.total() < 40


def test_a_saved_mapping_is_used_by_its_name(tmp_path):
    path = write_csv(tmp_path / "shop.csv", [GENERIC_ROW])
    columns = {"order_no": "订单号", "placed_at": "下单时间", "quantity": "数量", "price": "单价"}
    saved = {"name": "门店系统", "columns": columns}
    (tmp_path / "mapping.json").write_text(json.dumps(saved), encoding="utf-8")
    command("--platform", "generic", path, "--mapping", tmp_path / "mapping.json", "--dry-run")
    assert not ImportMapping.objects.exists()
    command("--platform", "generic", path, "--mapping", tmp_path / "mapping.json")

    told, _ = command("--platform", "generic", path, "--mapping", "门店系统")

    assert (told["mapping"], done(told)) == ("门店系统", (0, 0, 1))


def test_a_mapping_of_no_such_name_is_refused_with_the_names_there_are(tmp_path):
    path = write_csv(tmp_path / "shop.csv", [GENERIC_ROW])

    said = refusal("--platform", "generic", path, "--mapping", "门店系统")

    assert said == "没有名为「门店系统」的对应关系（还没有保存过）"
