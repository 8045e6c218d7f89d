"""Customers become members: one a row, known again on the next import, never put together."""

import csv

import pytest

from mall.services import order_member_import, run_member_import
from members.models import Identity, Member, MemberTag
from tests.footprint import footprint, grown
from tests.mall.importing.files import needs_exports
from tests.mall.importing.test_real_exports import CUSTOMERS, YOUZAN, expected
from tests.mall.importing.test_youzan import youzan
from tests.mall.imports.runs import run

pytestmark = pytest.mark.django_db

CUSTOMER = {
    "客户姓名": "伊芙",
    "客户昵称": "伊芙",
    "客户手机号": "13800014606",
    "标签": "老客,复购",
    "是否会员": "是",
    "成为客户时间": "2024-02-01 08:00:00",
}


def customers(tmp_path, *rows, name="customers.csv"):
    """As the back-end writes them, with a header that has no name at the end."""
    path = tmp_path / name
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([*CUSTOMER, ""])
        writer.writerows([*{**CUSTOMER, **row}.values(), ""] for row in rows or ({},))
    return path


def bring(path, **options):
    task = run_member_import(order_member_import(path=path, **options).pk)
    assert task.state == "done", task.result
    return task.result


def came_to(told):
    return told["created"], told["joined"], told["unchanged"], told["error_count"]


def test_a_customer_becomes_a_member_with_name_phone_time_and_tags(tmp_path):
    assert came_to(bring(customers(tmp_path))) == (1, 0, 0, 0)

    member = Member.objects.get()
    assert (member.name, member.phone, member.source) == ("伊芙", "13800014606", "youzan")
    assert member.created_at.isoformat() == "2024-02-01T00:00:00+00:00"
    assert set(MemberTag.objects.values_list("tag__name", flat=True)) == {"老客", "复购"}


@pytest.mark.parametrize("phone", ["", " ", "138******06", "13800014606"])
def test_an_empty_masked_or_shared_phone_puts_no_two_customers_together(tmp_path, phone):
    rows = [{"客户姓名": name, "客户昵称": name, "客户手机号": phone} for name in ("亚当", "伊芙")]

    assert came_to(bring(customers(tmp_path, *rows))) == (2, 0, 0, 0)
    assert Member.objects.count() == 2


def test_the_same_nickname_and_phone_at_two_times_are_two_members(tmp_path):
    second = {"成为客户时间": "2024-02-02 08:00:00"}
    bring(customers(tmp_path, {}, second))

    assert Member.objects.count() == 2
    assert not Identity.objects.filter(kind="youzan").exists()


def test_rows_that_cannot_be_told_apart_are_reported_and_not_imported(tmp_path):
    told = bring(customers(tmp_path, {"客户手机号": ""}, {"客户手机号": "13800000001"}))

    assert came_to(told) == (0, 0, 0, 2)
    assert [(row["row"], row["code"]) for row in told["errors"]] == [
        (2, "customer_indistinct"),
        (3, "customer_indistinct"),
    ]
    assert not Member.objects.exists()


def test_a_row_that_cannot_be_read_costs_that_row(tmp_path):
    told = bring(customers(tmp_path, {}, {"成为客户时间": "昨天"}, {"成为客户时间": ""}))

    assert came_to(told) == (1, 0, 0, 2)
    assert [row["code"] for row in told["errors"]] == ["time_invalid", "time_missing"]


def test_a_second_import_makes_nothing_new(tmp_path):
    path = customers(tmp_path, {}, {"客户姓名": "亚当", "客户昵称": "亚当", "客户手机号": ""})
    bring(path)
    before = footprint()

    assert came_to(bring(path)) == (0, 0, 2, 0)
    assert not {name for name in grown(before) if name.startswith("members_")}


def test_a_phone_that_a_later_file_shows_is_filled_in(tmp_path):
    bring(customers(tmp_path, {"客户手机号": "138******06"}))
    bring(customers(tmp_path))

    assert Member.objects.get().phone == "13800014606"


def test_a_rehearsal_writes_no_member(tmp_path):
    assert came_to(bring(customers(tmp_path), dry_run=True)) == (1, 0, 0, 0)
    assert not Member.objects.exists()


@pytest.mark.parametrize("orders_first", [True, False])
def test_the_buyer_of_an_order_is_the_customer_of_that_name_and_phone(tmp_path, orders_first):
    steps = [lambda: run(youzan(tmp_path), "youzan"), lambda: bring(customers(tmp_path))]
    for step in steps if orders_first else reversed(steps):
        step()

    assert Member.objects.count() == 1
    assert Identity.objects.count() == 2


@needs_exports
def test_the_real_customer_file_merges_nobody_and_again_makes_nothing_new():
    told = bring(CUSTOMERS)

    rows = expected()["youzan_customers"]
    assert came_to(told) == (rows, 0, 0, 0)
    assert told["full_phones"] == expected()["youzan_customers_full_phone"]
    assert Member.objects.count() == rows
    assert came_to(bring(CUSTOMERS)) == (0, 0, rows, 0)
    assert Member.objects.count() == rows


@needs_exports
def test_the_real_orders_then_find_the_customers_who_show_their_phone():
    bring(CUSTOMERS)
    run(YOUZAN, "youzan")

    known = expected()["youzan_customers_full_phone"]
    strangers = expected()["buyers"] - known
    assert Member.objects.count() == expected()["youzan_customers"] + strangers
