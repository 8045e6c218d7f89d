"""A login's address book."""

from django.db.models import QuerySet

from core.errors import NotFound
from mall.contracts import Receiver
from mall.models import Address
from members.models import Customer


def list_addresses_of(customer: Customer) -> QuerySet[Address]:
    """The default first, then the newest."""
    return Address.objects.filter(customer=customer).order_by("-is_default", "-pk")


def get_address_of(customer: Customer, public_id: str) -> Address:
    found = Address.objects.filter(customer=customer, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def find_default_address(customer: Customer) -> Address | None:
    return list_addresses_of(customer).first()


def receiver_of(address: Address) -> Receiver:
    return Receiver(
        name=address.name,
        phone=address.phone,
        province=address.province,
        city=address.city,
        district=address.district,
        address=address.address,
    )
