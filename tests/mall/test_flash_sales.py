"""A flash sale of few pieces: its price, its window, its limit, and what comes back."""

import datetime as dt

import pytest

from core import clock
from core.errors import InvalidInput
from core.models import Job
from mall import services
from mall.contracts import CartInvalid, LimitReached, SaleNotOpen, SoldOut, TotalChanged
from mall.models import FlashClaim, FlashSale, Order, OrderLine, Stock, StockBucket, StockRelease
from mall.selectors import count_taken, list_flash_sales, reference_price
from members.models import Customer, Identity, Member
from tests.mall.checks import AT_REST, assert_invariants
from tests.mall.sales import PRICE, buy, buyers, left, open_sale
from tests.mall.shop import Shop, fresh, later, login_of, run_money
from tests.world import World

pytestmark = pytest.mark.django_db


def free(shop: Shop) -> int:
    """Pieces that ordinary orders can still have."""
    return sum(row.on_hand - row.sold for row in Stock.objects.filter(sku=shop.cream))


def test_a_sale_sets_its_pieces_aside_and_gives_the_rest_back_at_its_end(shop: Shop) -> None:
    sale = open_sale(shop, 5)
    assert (free(shop), left(sale)) == (15, 5)
    buy(shop, sale)
    assert (free(shop), left(sale)) == (15, 4)

    with later(hours=1):
        assert services.end_flash_sale(sale_id=sale.pk)
        assert not services.end_flash_sale(sale_id=sale.pk)

    assert (free(shop), left(sale)) == (19, 0)
    assert_invariants()


def test_a_sale_of_more_than_there_is_is_refused(shop: Shop) -> None:
    with pytest.raises(SoldOut, match="可用库存不足"):
        open_sale(shop, 21)

    assert (FlashSale.objects.count(), free(shop)) == (0, 20)


@pytest.mark.parametrize(
    "wrong",
    [
        {"price_fen": 0},
        {"quantity": 0},
        {"per_person": 0},
        {"per_person": 6},
        {"pay_minutes": 0},
        {"ends_at": dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)},
        {"ends_at": dt.datetime(2026, 5, 2, 2, 0, tzinfo=dt.UTC)},
    ],
)
def test_a_sale_that_makes_no_sense_is_refused(shop: Shop, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        open_sale(shop, **wrong)


def test_the_order_has_the_sale_price_five_minutes_and_the_room(shop: Shop) -> None:
    sale = open_sale(shop, room_ref="room1")

    order = buy(shop, sale)

    line = OrderLine.objects.get(order=order)
    assert (order.total_fen, line.price_fen, line.amount_fen) == (PRICE, PRICE, PRICE)
    assert order.expires_at == order.placed_at + dt.timedelta(minutes=5)
    assert (order.room_ref, list_flash_sales(room_ref="room1").get()) == ("room1", sale)


def test_the_ordinary_price_is_not_taken_for_the_sale_price(shop: Shop) -> None:
    sale = open_sale(shop)

    with pytest.raises(TotalChanged):
        buy(shop, sale, shown_total_fen=10_000)
    with pytest.raises(CartInvalid):
        shop.place((shop.soap, 1), flash_sale=sale, shown_total_fen=3_333)
    assert left(sale) == 5


def test_before_the_beginning_and_from_the_end_on_nobody_buys(shop: Shop) -> None:
    starts = clock.now() + dt.timedelta(minutes=1)
    sale = open_sale(shop, starts_at=starts, ends_at=starts + dt.timedelta(minutes=10))

    with pytest.raises(SaleNotOpen, match="还没有开始") as early:
        buy(shop, sale)
    with later(minutes=11), pytest.raises(SaleNotOpen, match="已经结束"):
        buy(shop, sale)

    assert (early.value.code, Order.objects.count()) == ("sale_not_open", 0)
    with later(minutes=1):
        assert buy(shop, sale).total_fen == PRICE


def test_a_sale_ends_by_itself(shop: Shop) -> None:
    sale = open_sale(shop)

    job = Job.objects.get(name="mall.end_flash_sale")

    assert (job.due_at, job.payload) == (sale.ends_at, {"sale_id": sale.pk})


def test_the_last_piece_is_sold_and_the_next_buyer_hears_so(shop: Shop) -> None:
    sale = open_sale(shop, 2)
    first, second, third = buyers(3)
    buy(shop, sale, customer=first)
    buy(shop, sale, customer=second)

    with pytest.raises(SoldOut) as refused:
        buy(shop, sale, customer=third)

    assert (refused.value.code, refused.value.text) == ("sold_out", SoldOut.message)
    assert FlashClaim.objects.filter(person=f"member:{third.member_id}").count() == 0


def test_pieces_are_gathered_from_several_buckets(shop: Shop) -> None:
    sale = open_sale(shop, 5, per_person=5)
    buy(shop, sale, 3, key="a")

    buy(shop, sale, 2, key="b")

    assert left(sale) == 0
    assert_invariants()


def test_pieces_of_two_places_are_sold_to_the_last(shop: Shop, world: World) -> None:
    services.set_stock(sku=shop.cream, location=world.first_store, on_hand=3)
    sale = open_sale(shop, 23, per_person=23)

    buy(shop, sale, 23)

    lines = OrderLine.objects.values_list("quantity", flat=True)
    assert (sorted(lines), left(sale), free(shop)) == ([3, 20], 0, 0)
    assert_invariants()


def other_login(member: Member, openid: str, unionid: str = "") -> Customer:
    login = login_of(member, openid)
    Customer.objects.filter(pk=login.pk).update(unionid=unionid)
    return Customer.objects.get(pk=login.pk)


def test_a_person_keeps_to_the_limit_over_logins_of_one_unionid(shop: Shop) -> None:
    sale = open_sale(shop, per_person=2)
    twin = Member.objects.create(name="小号", created_at=clock.now())
    buy(shop, sale, 2, customer=other_login(shop.buyer.member, "o_a", "u_eve"), key="a")

    with pytest.raises(LimitReached) as refused:
        buy(shop, sale, customer=other_login(twin, "o_b", "u_eve"), key="b")

    assert (refused.value.code, refused.value.text) == ("limit_reached", "这场秒杀每人限购 2 件")
    assert left(sale) == 3
    assert_invariants()


def test_a_login_without_unionid_is_counted_with_its_person(shop: Shop) -> None:
    sale = open_sale(shop)
    Identity.objects.create(
        member=shop.buyer.member, kind="unionid", value="u_eve", created_at=clock.now()
    )
    buy(shop, sale, customer=other_login(shop.buyer.member, "o_a", "u_eve"), key="a")

    with pytest.raises(LimitReached):
        buy(shop, sale, customer=other_login(shop.buyer.member, "o_b"), key="b")
    with pytest.raises(LimitReached):
        buy(shop, sale, 2, customer=buyers(1)[0], key="c")


def test_a_person_whose_unionid_is_found_later_keeps_their_count(shop: Shop) -> None:
    sale = open_sale(shop, per_person=2)
    login = other_login(shop.buyer.member, "o_a")
    buy(shop, sale, customer=login, key="a")
    known = other_login(shop.buyer.member, "o_b", "u_eve")
    assert count_taken(sale, known) == 1

    with pytest.raises(LimitReached):
        buy(shop, sale, 2, customer=known, key="b")
    buy(shop, sale, customer=known, key="c")
    with pytest.raises(LimitReached):
        buy(shop, sale, customer=known, key="d")

    assert (count_taken(sale, known), left(sale)) == (2, 3)
    assert_invariants()


def test_the_same_tap_again_is_the_same_order_and_counts_once(shop: Shop) -> None:
    sale = open_sale(shop, per_person=2)

    first, again = buy(shop, sale, key="tap"), buy(shop, sale, key="tap")

    assert first.pk == again.pk
    assert (FlashClaim.objects.get().taken, left(sale)) == (1, 4)


def test_an_unpaid_order_gives_its_piece_and_its_count_back_once(shop: Shop) -> None:
    sale = open_sale(shop, 1)
    order = buy(shop, sale)

    with later(minutes=5):
        assert services.close_expired(order.pk)
        assert not services.close_expired(order.pk)

    release = StockRelease.objects.get()
    assert (release.kind, release.quantity, left(sale)) == ("timeout", 1, 1)
    assert FlashClaim.objects.get().taken == 0
    assert buy(shop, sale, key="again").state == "created"
    assert_invariants()


def test_what_comes_back_after_the_end_goes_to_the_ordinary_stock(shop: Shop) -> None:
    sale = open_sale(shop, 5)
    order = buy(shop, sale)
    services.end_flash_sale(sale_id=sale.pk)

    services.cancel_order(order=order)

    assert (free(shop), left(sale), FlashClaim.objects.get().taken) == (20, 0, 0)
    assert StockRelease.objects.get().kind == "cancelled"
    assert_invariants()


def test_a_paid_order_may_be_paid_after_the_end_and_refunded_before_sending(shop: Shop) -> None:
    sale = open_sale(shop, 5)
    order = buy(shop, sale)
    services.end_flash_sale(sale_id=sale.pk)
    services.settle_payment(shop.pay(order))
    assert (fresh(order).state, fresh(order).paid_fen) == ("paid", PRICE)

    services.refund_rest(order=fresh(order))
    run_money()

    assert (StockRelease.objects.get().kind, free(shop)) == ("refunded", 20)
    assert_invariants(AT_REST)


def test_a_large_sale_lies_in_many_buckets(shop: Shop) -> None:
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=1_000)
    open_sale(shop, 1_000)

    pieces = list(StockBucket.objects.values_list("pieces", flat=True))
    assert (len(pieces), sum(pieces), set(pieces)) == (64, 1_000, {15, 16})


def sold_at(shop: Shop, price_fen: int, days_ago: float) -> None:
    services.set_price(sku=shop.cream, price_fen=price_fen)
    shop.cream.refresh_from_db()
    with clock.frozen(clock.now() - dt.timedelta(days=days_ago)):
        shop.paid((shop.cream, 1))


def test_the_reference_price_is_the_lowest_paid_in_the_seven_days_before(shop: Shop) -> None:
    sold_at(shop, 5_000, days_ago=8)
    sold_at(shop, 9_000, days_ago=6)
    sold_at(shop, 9_900, days_ago=2)

    assert reference_price(shop.cream.pk, clock.now()) == 9_000


def test_without_recent_deals_the_reference_is_the_last_deal_or_nothing(shop: Shop) -> None:
    assert reference_price(shop.cream.pk, clock.now()) is None
    sold_at(shop, 5_000, days_ago=30)
    sold_at(shop, 9_000, days_ago=20)

    assert reference_price(shop.cream.pk, clock.now()) == 9_000


def test_deals_of_the_promotion_itself_are_no_reference(shop: Shop) -> None:
    sold_at(shop, 9_000, days_ago=1)
    sale = open_sale(shop)
    with later(minutes=1):
        services.settle_payment(shop.pay(buy(shop, sale)))

    assert reference_price(shop.cream.pk, sale.starts_at) == 9_000
