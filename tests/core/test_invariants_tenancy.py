"""T1, T2: between merchants nothing is shared, and a check sees it when it is."""

import pytest

from core.context import tkey
from core.ids import public_id
from mall.models import Product
from org.models import OrgUnit
from siyu.invariants_tenancy import credentials_open_one_door, nothing_of_another
from tenants.context import entered
from tenants.models import Tenant
from tests.world import World, build_world
from wecom.redis_link import find_redis

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(world: World, aurora: Tenant, breeze: Tenant) -> list[Tenant]:
    with entered(breeze):
        build_world()
    return [aurora, breeze]


def _product(title: str, **more: str) -> Product:
    brand = OrgUnit.objects.get(kind="brand")
    return Product.objects.create(brand=brand, title=title, created_at="2026-03-01T00:00Z", **more)


def test_two_merchants_share_nothing(both: list[Tenant]) -> None:
    examined, found = nothing_of_another(both)

    assert found == []
    assert examined > 50


def test_a_row_that_names_another_merchants_host_is_found(both: list[Tenant]) -> None:
    with entered(both[0]):
        _product("去 m.breeze.localhost 看看")

    found = nothing_of_another(both)[1]

    assert found == ["aurora 的表 mall_product 有 1 行写着别的商家的地址或库名"]


def test_a_cached_value_of_another_merchant_is_found(both: list[Tenant]) -> None:
    with entered(both[0]):
        key = tkey("tests", "leak")
    link = find_redis()
    link.set(key, both[1].schema_name, ex=60)

    found = nothing_of_another(both)[1]
    link.delete(key)

    assert found == [f"aurora 的缓存 {key} 写着别的商家的地址或库名"]


def test_ones_own_host_is_no_leak(both: list[Tenant]) -> None:
    with entered(both[0]):
        _product("去 m.aurora.localhost 看看")

    assert nothing_of_another(both)[1] == []


def test_numbers_are_not_shared_though_ids_are(both: list[Tenant]) -> None:
    examined, found = credentials_open_one_door(both)

    assert found == []
    assert examined > 0


def test_a_number_that_opens_two_doors_is_found(both: list[Tenant]) -> None:
    twin = public_id()
    for tenant in both:
        with entered(tenant):
            _product("雪花酥", public_id=twin)

    assert credentials_open_one_door(both)[1] == [
        "aurora 和 breeze 有相同的凭据（mall_product.public_id）"
    ]
