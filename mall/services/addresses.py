"""Writing a login's address book: one default as long as there is any address."""

from django.db import transaction
from django.db.models import QuerySet

from core import clock
from core.crypto import normal_phone
from core.locks import lock_name
from mall.contracts import AddressBookFull, Receiver, ReceiverInvalid
from mall.models import Address
from mall.selectors.addresses import receiver_of
from members.models import Customer

MOST_ADDRESSES = 20


@transaction.atomic
def save_address(
    *,
    customer: Customer,
    receiver: Receiver,
    address: Address | None = None,
    is_default: bool = False,
) -> Address:
    """Add an entry to the book, or change `address`; the first one is the default.

    Refuses `ReceiverInvalid` and `AddressBookFull`. Locks: the book.
    """
    lock_name("mall.addresses", customer.pk)
    values = check_receiver(receiver)
    book = _book(customer)
    if address is None and book.count() >= MOST_ADDRESSES:
        raise AddressBookFull

    if address is None:
        address = Address(customer=customer, created_at=clock.now())
    for name, value in values.items():
        setattr(address, name, value)
    address.save()
    if is_default or not book.filter(is_default=True).exists():
        _make_default(address)
    return address


@transaction.atomic
def remember_address(*, customer: Customer, receiver: Receiver) -> None:
    """Keep where a parcel was sent, unless the book has it already or is full."""
    known = [receiver_of(entry) for entry in _book(customer)]
    if len(known) >= MOST_ADDRESSES or Receiver(**check_receiver(receiver)) in known:
        return
    lock_name("mall.addresses", customer.pk)
    save_address(customer=customer, receiver=receiver)


@transaction.atomic
def set_default_address(*, address: Address) -> None:
    lock_name("mall.addresses", address.customer_id)
    _make_default(address)


@transaction.atomic
def delete_address(*, address: Address) -> None:
    """Orders keep their own copy; the newest of the others becomes the default."""
    lock_name("mall.addresses", address.customer_id)
    was_default, customer = address.is_default, address.customer
    address.delete()
    heir = _book(customer).order_by("-pk").first()
    if was_default and heir is not None:
        _make_default(heir)


def check_receiver(receiver: Receiver) -> dict[str, str]:
    """The fields of a complete receiver, trimmed; refuses `ReceiverInvalid`."""
    fields = ("name", "province", "city", "district", "address")
    values = {name: getattr(receiver, name).strip() for name in fields}
    values["phone"] = normal_phone(receiver.phone)
    if not all(values[name] for name in ("name", "phone", "city", "address")):
        raise ReceiverInvalid
    return values


def _book(customer: Customer) -> QuerySet[Address]:
    return Address.objects.filter(customer=customer)


def _make_default(address: Address) -> None:
    _book(address.customer).filter(is_default=True).exclude(pk=address.pk).update(is_default=False)
    Address.objects.filter(pk=address.pk).update(is_default=True)
    address.is_default = True
