import datetime as dt
from typing import Any

import pytest

from acquisition.bindings import BindingFileUnreadable, read_bindings
from acquisition.contracts import BatchInvalid, CardUnknown, TooManyGuesses
from acquisition.models import Card, CardBatch
from acquisition.selectors import (
    get_batch_for,
    list_batches_for,
    list_printed,
    list_suspects_for,
)
from acquisition.serials import check_character, is_well_formed, new_serial
from acquisition.services import (
    bind_orders,
    create_batch,
    mark_delivered,
    open_card,
    void_batch,
)
from core.errors import NotFound
from core.models import AuditEntry
from tenants.models import Tenant
from tests.acquisition.conftest import Play
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


def test_a_batch_has_as_many_different_serials_as_it_says(play: Play) -> None:
    serials = set(play.batch.cards.values_list("serial", flat=True))

    assert len(serials) == 20
    assert all(is_well_formed(serial) for serial in serials)
    assert AuditEntry.objects.filter(action="acquisition.batch.created").exists()
    printed = list_printed(play.batch, limit=3)
    assert [card.serial for card in printed] == [play.card(n).serial for n in range(3)]
    assert printed[0].url.endswith(f"/card/{printed[0].serial.upper()}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"size": 200_001},
        {"name": " "},
        {"print_cost_fen": -1},
        {"velocity_limit": 0},
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(wrong: dict[str, Any], play: Play) -> None:
    right = {"name": "批次", "benefit": play.benefit, "brand": play.world.brand, "size": 5}
    with pytest.raises(BatchInvalid):
        create_batch(**{**right, **wrong})
    assert CardBatch.objects.count() == 1


def test_a_store_is_no_brand(play: Play) -> None:
    with pytest.raises(BatchInvalid):
        create_batch(name="批次", benefit=play.benefit, brand=play.world.first_store, size=5)


def _csv(*lines: str) -> bytes:
    return "\n".join(("序列号,订单号,快递单号,发货时间,签收时间", *lines)).encode()


def test_cards_are_bound_to_parcels_by_a_file(play: Play) -> None:
    first, second = play.card(0).serial, play.card(1).serial
    stranger = new_serial()
    file = read_bindings(
        _csv(
            f"{first.upper()},T001,SF1,2026-03-01 18:00:00,2026-03-02 09:30:00",
            f'\'{second[:4]}-{second[4:]},="0002",SF2,2026/03/01,',
            f"{stranger},T003,SF3,,",
            "乱写,T004,SF4,,",
            f"{first},T005,SF5,,",
        )
    )
    assert file.errors == [(5, "序列号有误"), (6, "同一序列号在文件中出现多次")]

    report = bind_orders(batch=play.batch, rows=file.rows)

    assert (report.bound, report.unchanged) == (2, 0)
    assert report.errors == [(4, "这个批次里没有这个序列号")]
    one, two = play.card(0), play.card(1)
    assert (one.state, one.platform_order_no, one.tracking_no) == ("delivered", "T001", "SF1")
    assert one.delivered_at == dt.datetime(2026, 3, 2, 1, 30, tzinfo=dt.UTC)
    assert (two.state, two.platform_order_no) == ("shipped", "0002")


def test_the_same_file_again_changes_nothing_and_another_order_is_an_error(play: Play) -> None:
    serial = play.card().serial
    rows = read_bindings(_csv(f"{serial},T001,SF1,,")).rows
    bind_orders(batch=play.batch, rows=rows)

    assert bind_orders(batch=play.batch, rows=rows).unchanged == 1
    other = read_bindings(_csv(f"{serial},T999,SF9,,")).rows
    assert bind_orders(batch=play.batch, rows=other).errors == [(2, "这张卡已绑定另一个订单")]
    assert play.card().platform_order_no == "T001"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00\x01", "名字,电话\n甲,1".encode(), b"x" * 20_000_001],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(BindingFileUnreadable):
        read_bindings(content)


def test_a_spreadsheet_saved_in_gbk_is_read_too() -> None:
    serial = new_serial()
    file = read_bindings(f"序列号,订单号\n{serial},订001".encode("gb18030"))
    assert file.rows[0].order_no == "订001"


def test_a_parcel_is_delivered_by_its_tracking_number_once(play: Play) -> None:
    rows = read_bindings(_csv(f"{play.card().serial},T001,SF1,,")).rows
    bind_orders(batch=play.batch, rows=rows)

    assert mark_delivered(deliveries=[("SF1", MONDAY), ("SF2", MONDAY)]) == 1
    assert mark_delivered(deliveries=[("SF1", MONDAY + dt.timedelta(days=1))]) == 0
    assert (play.card().state, play.card().delivered_at) == ("delivered", MONDAY)


def test_opening_a_card_is_its_first_scan(play: Play) -> None:
    open_card(serial=play.card().serial)
    first = play.card().scanned_at
    open_card(serial=play.card().serial.upper())

    assert first == MONDAY
    assert (play.card().state, play.card().scanned_at) == ("scanned", first)


def _near_miss(serial: str) -> str:
    body = serial[:9] + ("0" if serial[9] != "0" else "1")
    return body + check_character(body)


def test_a_near_miss_a_wild_guess_and_a_void_card_are_answered_alike(play: Play) -> None:
    serial = play.card().serial
    void_batch(batch=play.batch, reason="印错了")
    answers = []
    for asked in (_near_miss(serial), new_serial(), "x", serial):
        with pytest.raises(CardUnknown) as refused:
            open_card(serial=asked)
        answers.append(refused.value.as_dict())

    assert all(answer == answers[0] for answer in answers)
    assert play.card().state == Card.State.PRINTED


def test_twenty_guesses_lock_an_address_whatever_it_asks_next(play: Play) -> None:
    for _ in range(20):
        with pytest.raises(CardUnknown):
            open_card(serial=new_serial(), ip="10.0.0.1")
    with pytest.raises(TooManyGuesses):
        open_card(serial=play.card().serial, ip="10.0.0.1")

    assert open_card(serial=play.card().serial, ip="10.0.0.2") == play.card()


def test_slips_of_the_finger_lock_nobody_out(play: Play) -> None:
    slip = play.card().serial[:-1] + ("0" if play.card().serial[-1] != "0" else "1")
    for _ in range(30):
        with pytest.raises(CardUnknown):
            open_card(serial=slip, ip="10.0.0.1")
    assert open_card(serial=play.card().serial, ip="10.0.0.1") == play.card()


def test_a_million_guesses_would_find_nothing() -> None:
    """Of 2^50 serials even a brand with 10^7 cards leaves a guess 1 in 10^8."""
    assert 10**7 * 10**6 / 2**50 < 0.01


def test_who_may_see_a_batch(play: Play, breeze: Tenant) -> None:
    from org.models import Staff  # noqa: PLC0415

    boss = Staff.objects.get(username="admin")
    assert not list_batches_for(boss).exists()
    assert not list_suspects_for(boss).exists()
    with pytest.raises(NotFound):
        get_batch_for(boss, play.batch.public_id)


def test_a_store_sees_its_brands_batches_with_their_counts(play: Play) -> None:
    open_card(serial=play.card().serial)

    batch = get_batch_for(play.world.bo, play.batch.public_id)
    assert (batch.scanned, batch.added, batch.delivered) == (1, 0, 0)
