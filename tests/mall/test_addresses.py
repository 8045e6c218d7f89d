"""The address book: ciphertext at rest, one default, the login's own."""

from dataclasses import replace

import pytest
from django.db import connection

from core.errors import NotFound
from mall import services
from mall.contracts import AddressBookFull, Receiver, ReceiverInvalid
from mall.models import Address
from mall.selectors import find_default_address, get_address_of, list_addresses_of, receiver_of
from tests.mall.shop import Shop, login_of

pytestmark = pytest.mark.django_db

HOME = Receiver("伊芙", "13800000001", "杭州市", "文三路 1 号", "浙江省", "西湖区")


def save(shop: Shop, **changes: str) -> Address:
    return services.save_address(customer=shop.buyer, receiver=replace(HOME, **changes))


def test_who_and_which_door_are_ciphertext_in_the_table(shop: Shop) -> None:
    save(shop)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, address, province, city FROM mall_address")
        name, phone, address, province, city = cursor.fetchone()
    assert not {name, phone, address} & {"伊芙", "13800000001", "文三路 1 号"}
    assert (province, city) == ("浙江省", "杭州市")
    assert receiver_of(Address.objects.get()) == HOME


def test_the_first_is_the_default_and_its_heir_the_newest(shop: Shop) -> None:
    first, second, third = save(shop), save(shop, name="二"), save(shop, name="三")
    assert find_default_address(shop.buyer) == first
    services.set_default_address(address=second)
    assert [a.pk for a in list_addresses_of(shop.buyer)] == [second.pk, third.pk, first.pk]
    services.delete_address(address=second)
    assert find_default_address(shop.buyer) == third
    assert Address.objects.filter(is_default=True).count() == 1


@pytest.mark.parametrize("wrong", [{"name": " "}, {"phone": "123"}, {"city": ""}, {"address": ""}])
def test_half_an_address_is_refused(shop: Shop, wrong: dict[str, str]) -> None:
    with pytest.raises(ReceiverInvalid):
        save(shop, **wrong)
    assert not Address.objects.exists()


def test_a_book_holds_twenty_and_remembering_never_fails(shop: Shop) -> None:
    for number in range(20):
        save(shop, address=f"{number} 号")
    with pytest.raises(AddressBookFull):
        save(shop)
    services.remember_address(customer=shop.buyer, receiver=HOME)
    assert Address.objects.count() == 20


def test_an_address_is_remembered_once(shop: Shop) -> None:
    for _ in range(2):
        services.remember_address(customer=shop.buyer, receiver=HOME)
    assert Address.objects.count() == 1


def test_another_login_has_another_book(shop: Shop) -> None:
    mine = save(shop)
    other = login_of(shop.buyer.member, "o_other")
    assert not list_addresses_of(other).exists()
    with pytest.raises(NotFound):
        get_address_of(other, mine.public_id)
