"""A cart: put in, changed, taken out; turned into one order for each brand."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet

from core import clock
from core.idempotency import KeyReused
from core.locks import lock_name
from mall.contracts import CartFull, CartInvalid, NotOnSale, Receiver, TotalChanged
from mall.models import CartLine, Order, Product, Sku
from mall.selectors.quotes import MAX_LINES, MAX_PIECES, merge_cart
from mall.services.orders import place_order
from members.models import Customer


@transaction.atomic
def add_to_cart(*, customer: Customer, sku: Sku, quantity: int) -> CartLine:
    """Put pieces into the cart, beside those that are there.

    Nothing is held: the pieces are taken when the order is placed. Refuses `NotOnSale`,
    `CartInvalid` and `CartFull`. Locks: buyer.
    """
    lock_name("mall.buyer", customer.member_id)
    there = {line.sku_id: line for line in _lines_of(customer)}
    wanted = quantity + (there[sku.pk].quantity if sku.pk in there else 0)
    _refuse(sku, quantity)
    if wanted > MAX_PIECES or (sku.pk not in there and len(there) >= MAX_LINES):
        raise CartFull

    return _put(customer, sku, wanted)


@transaction.atomic
def change_cart(*, customer: Customer, sku: Sku, quantity: int) -> None:
    """Let the cart hold so many pieces of a SKU, none for 0; the price is seen anew.

    Refuses `CartInvalid` and, for more than none, `NotOnSale`. Locks: buyer.
    """
    lock_name("mall.buyer", customer.member_id)
    if quantity == 0:
        _lines_of(customer).filter(sku=sku).delete()
        return
    _refuse(sku, quantity)

    _put(customer, sku, quantity)


def _refuse(sku: Sku, quantity: int) -> None:
    if not 1 <= quantity <= MAX_PIECES:
        raise CartInvalid(quantity=quantity)
    if not sku.is_for_sale or sku.product.status != Product.Status.ON:
        raise NotOnSale(sku_ids=[sku.pk])


def _put(customer: Customer, sku: Sku, quantity: int) -> CartLine:
    """One line of this login; those of the person's other logins are part of it now."""
    _lines_of(customer).filter(sku=sku).exclude(customer=customer).delete()
    line, _ = CartLine.objects.update_or_create(
        customer=customer,
        sku=sku,
        defaults={"quantity": quantity, "seen_fen": sku.price_fen},
        create_defaults={
            "quantity": quantity,
            "seen_fen": sku.price_fen,
            "added_at": clock.now(),
        },
    )
    return line


def _lines_of(customer: Customer) -> QuerySet[CartLine]:
    return CartLine.objects.filter(customer__member_id=customer.member_id)


@transaction.atomic
def place_cart_orders(
    *,
    customer: Customer,
    lines: Iterable[tuple[int, int]],
    receiver: Receiver,
    shown_totals_fen: Sequence[int],
    idempotency_key: str,
    entitlement_id: int | None = None,
) -> list[Order]:
    """One order for each brand of the chosen lines, all of them or none, in the order of
    the brands; what was ordered leaves the cart.

    `shown_totals_fen` are the totals that the customer saw, in the same order. A gift is
    insisted on by the only order of a cart of one brand. The same key gives the same
    orders. Refuses what `place_order` refuses. Locks: buyer, then
    stock brand by brand, so that carts of several brands wait and never deadlock.
    """
    lock_name("mall.buyer", customer.member_id)
    cart = merge_cart(lines)
    parts = split_by_brand(cart)
    if len(parts) != len(shown_totals_fen):
        raise TotalChanged
    keys = [f"{idempotency_key}:{brand_id}" for brand_id in parts]
    is_new = _is_new(customer, idempotency_key, keys)

    orders = [
        place_order(
            customer=customer,
            lines=part.items(),
            receiver=receiver,
            shown_total_fen=shown_fen,
            idempotency_key=key,
            entitlement_id=entitlement_id if len(parts) == 1 else None,
        )
        for part, shown_fen, key in zip(parts.values(), shown_totals_fen, keys, strict=True)
    ]
    if is_new:
        _lines_of(customer).filter(sku_id__in=cart).delete()
    return orders


def _is_new(customer: Customer, key: str, keys: Sequence[str]) -> bool:
    """Whether the key has ordered nothing yet; `KeyReused` where it did for other brands."""
    earlier = Order.objects.filter(customer=customer, idempotency_key__startswith=f"{key}:")
    there = set(earlier.values_list("idempotency_key", flat=True))
    if there and there != set(keys):
        raise KeyReused
    return not there


def split_by_brand(cart: dict[int, int]) -> dict[int, dict[int, int]]:
    """{brand id: {sku id: pieces}}, in the order of the brands; refuses `NotOnSale`."""
    brands = dict(Sku.objects.filter(pk__in=cart).values_list("pk", "product__brand_id"))
    if missing := sorted(set(cart) - set(brands)):
        raise NotOnSale(sku_ids=missing)
    parts: dict[int, dict[int, int]] = {brand_id: {} for brand_id in sorted(set(brands.values()))}
    for sku_id, quantity in cart.items():
        parts[brands[sku_id]][sku_id] = quantity
    return parts
