"""One cell at a time: ids, amounts, times, phones and addresses as the back-ends write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.importing.addresses import city_of, read_receiver
from mall.importing.cells import (
    Amount,
    amount_of,
    code_of,
    full_mobile,
    order_no_of,
    quantity_of,
    text_of,
    time_of,
)
from mall.importing.records import CellProblem, Receiver


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="110000000542800000"', "110000000542800000"),
        ("\t110000000542800000", "110000000542800000"),
        ("商品\t", "商品"),
        ("\ufeff订单号", "订单号"),
        ("收货地址 ", "收货地址"),
        ("　白瓷杯\u00a0", "白瓷杯"),
        (" ", ""),
        ("-", ""),
        ("——", ""),
        ("NULL", ""),
        ("null", ""),
        ("空格", ""),
        (None, ""),
        (float("nan"), ""),
        (17850.0, "17850"),
        (12, "12"),
        ("白\x00瓷", "白瓷"),
        ("-5", "-5"),
        ("'60s 唱片", "'60s 唱片"),
    ],
)
def test_text_is_cleaned_and_missing_is_empty(cell, text):
    assert text_of(cell) == text


def test_a_leading_apostrophe_is_no_part_of_a_code():
    assert code_of("'13800014606") == "13800014606"
    assert code_of('="\'123"') == "123"


@pytest.mark.parametrize("cell", ["1.2E+17", "1.10000000543E+17", "1E+17", "1.2e17", 1.1e17])
def test_an_id_broken_by_excel_is_refused_and_never_guessed(cell):
    with pytest.raises(CellProblem) as problem:
        order_no_of(cell)
    assert problem.value.code == "order_no_damaged"


@pytest.mark.parametrize("cell", ["=1+1", "=HYPERLINK(1)", "@SUM(A1)", "+1", "1" * 65, "12\n34"])
def test_a_formula_or_a_text_is_no_id(cell):
    with pytest.raises(CellProblem) as problem:
        order_no_of(cell)
    assert problem.value.code == "order_no_invalid"


@pytest.mark.parametrize("cell", ["", "-", None, "\t"])
def test_an_id_may_not_be_missing(cell):
    with pytest.raises(CellProblem) as problem:
        order_no_of(cell)
    assert problem.value.code == "order_no_missing"


@pytest.mark.parametrize("cell", ["536365", "C536379", "E20110201542800000", "12E3", 536365])
def test_ids_with_letters_are_kept_as_they_are(cell):
    assert order_no_of(cell) == str(cell)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("3.67", 367),
        ("0元", 0),
        ("79.20元", 7920),
        ("¥12", 1200),
        ("￥1,299.00", 129900),
        ("1,299.00", 129900),
        ("1,299,000", 129900000),
        ("1，299.00", 129900),
        ("-12.50", -1250),
        (".5", 50),
        ("无退款申请", 0),
        ("没有申请退款", 0),
        (2.55, 255),
        (1.005, 101),
        (-1.005, -101),
        (0.1 + 0.2, 30),
        (Decimal("1.115"), 112),
        (3, 300),
        ("'8.00", 800),
        ('="8.00"', 800),
    ],
)
def test_amounts_are_fen_half_up(cell, fen):
    assert amount_of(cell) == Amount(fen)


@pytest.mark.parametrize("cell", ["", "-", "null", None, float("nan"), "——"])
def test_a_missing_amount_is_not_zero(cell):
    assert amount_of(cell) == Amount(None)


def test_an_amount_the_platform_still_reckons_is_marked_provisional():
    assert amount_of("499.00（系统计算中，该值仅供参考）") == Amount(49900, provisional=True)
    assert amount_of("499.00(系统计算中)") == Amount(49900, provisional=True)


@pytest.mark.parametrize(
    "cell",
    [
        "12,99",
        "1,2999.00",
        "1.2.3",
        "1e5",
        "十元",
        "NaN",
        "inf",
        float("inf"),
        "1" * 20,
        "１２",
        True,
    ],
)
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(CellProblem) as problem:
        amount_of(cell)
    assert problem.value.code == "amount_invalid"


@given(st.integers(min_value=-(10**11), max_value=10**11))
def test_every_whole_fen_survives_being_written_as_yuan(fen):
    yuan = Decimal(fen) / 100

    assert amount_of(f"{yuan:.2f}").fen == fen
    assert amount_of(f"{yuan:,.2f}").fen == fen


def test_quantities_are_whole():
    assert quantity_of("12") == 12
    assert quantity_of(-3.0) == -3
    assert quantity_of("-") is None
    for cell in ("1.5", 1e12, "两件"):
        with pytest.raises(CellProblem):
            quantity_of(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-01 11:16:00",
        "2024-03-01 11:16",
        "2024/3/1 11:16:00",
        "2024/03/01 11:16",
        "2024年3月1日 11:16",
        "2024-03-01T03:16:00+00:00",
        "\t2024-03-01 11:16:00",
        datetime.fromisoformat("2024-03-01 11:16"),
        datetime(2024, 3, 1, 3, 16, tzinfo=UTC),
    ],
)
def test_times_are_read_in_shanghai_and_kept_in_utc(cell):
    assert time_of(cell) == datetime(2024, 3, 1, 3, 16, tzinfo=UTC)
    assert time_of(cell).tzinfo is UTC


def test_a_day_alone_begins_at_midnight_of_its_zone():
    assert time_of(date(2024, 3, 1)) == datetime(2024, 2, 29, 16, tzinfo=UTC)
    assert time_of("2024-03-01", ZoneInfo("UTC")) == datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["2024-13-01", "2024/2/30", "昨天", "45352.5", "0001-01-01"])
def test_what_is_no_time_is_refused(cell):
    with pytest.raises(CellProblem) as problem:
        time_of(cell)
    assert problem.value.code == "time_invalid"


@pytest.mark.parametrize("cell", ["", "-", "null", None])
def test_a_missing_time_is_none(cell):
    assert time_of(cell) is None


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("'13800014606", "13800014606"),
        ("86-13800014606", "13800014606"),
        ("+86 138 0001 4606", "13800014606"),
        ("1******4606", None),
        ("186******05", None),
        ("13800014606-1234", None),
        ("0571-88888888", None),
        ("1380001460", None),
        ("$$密文", None),
        ("", None),
    ],
)
def test_only_a_full_mobile_is_a_phone(text, phone):
    assert full_mobile(text) == phone


def test_the_new_address_cell_holds_name_phone_and_address():
    receiver = read_receiver("", "", "伊芙，86-13800014606，河南省 南阳市 南召县 示例路207号 ")

    assert receiver == Receiver(
        name="伊芙",
        phone="13800014606",
        address="河南省 南阳市 南召县 示例路207号",
        city="南阳市",
    )


def test_the_old_address_cell_ends_with_a_postcode():
    receiver = read_receiver("伊芙", "'13800014606", "河南省 南阳市 南召县 示例路207号(000000)")

    assert receiver.address == "河南省 南阳市 南召县 示例路207号"
    assert (receiver.name, receiver.phone) == ("伊芙", "13800014606")


def test_ciphertext_is_dropped_and_a_masked_phone_is_kept_as_shown():
    receiver = read_receiver("##密文", "1******4606", "$$密文")

    assert receiver == Receiver(phone="1******4606")


@pytest.mark.parametrize(
    ("address", "city"),
    [
        ("北京 北京市 朝阳区 示例路1号", "北京市"),
        ("上海市浦东新区示例路1号", "上海市"),
        ("湖南省怀化市沅陵县示例路195号", "怀化市"),
        ("新疆维吾尔自治区伊犁哈萨克自治州霍尔果斯市示例路249号", "伊犁哈萨克自治州"),
        ("内蒙古自治区 锡林郭勒盟 示例路1号", "锡林郭勒盟"),
        ("示例路1号", ""),
    ],
)
def test_the_city_is_what_the_address_names(address, city):
    assert city_of(address) == city
