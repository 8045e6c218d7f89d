"""A demonstration goes whole, and nothing of anybody else's goes with it."""

import pytest
from django.db import connection

from mall.models import Order
from members.models import Member
from org.services import create_unit
from siyu.demo.year import load_year
from tenants.context import entered, to_public
from tenants.models import Domain, Tenant
from tenants.roles import ROLE
from tenants.services import NotDemo, describe_demo, find_demo, wipe_demo
from tests.conftest import take_role
from tests.demo.conftest import UNTIL
from tests.footprint import footprint

pytestmark = pytest.mark.slow


@pytest.fixture
def two_years(real_tenant):
    """A demonstration and a real merchant, the same year in both."""
    demo, real = real_tenant(), real_tenant()
    Tenant.objects.filter(pk=demo.pk).update(is_demo=True)
    Domain.objects.create(domain=f"{demo.slug}.localhost", tenant=demo, surface="staff")
    for tenant in (demo, real):
        with entered(tenant):
            create_unit(kind="brand", name="空的", code="brand-1")
            load_year(scale=0.003, until=UNTIL)
    take_role("")
    yield demo, real
    take_role(ROLE)


def test_a_wipe_takes_one_merchant_whole_and_leaves_the_other_to_the_row(two_years):
    demo, real = two_years
    told = describe_demo(demo.slug)
    with entered(real):
        kept = Order.objects.count(), Member.objects.count()
    everybody = footprint()

    wiped = wipe_demo(slug=demo.slug)

    assert wiped == told
    assert dict(told.counts)["订单"] == kept[0] > 0
    to_public()
    assert not Tenant.objects.filter(slug=demo.slug).exists()
    assert not Domain.objects.filter(domain=f"{demo.slug}.localhost").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)", [demo.schema_name])
        assert cursor.fetchone()[0] is None
    with entered(real):
        assert (Order.objects.count(), Member.objects.count()) == kept
    assert footprint()["mall_order"] == everybody["mall_order"] - kept[0]


def test_a_real_merchant_is_never_wiped(two_years):
    _, real = two_years

    with pytest.raises(NotDemo):
        wipe_demo(slug=real.slug)

    assert find_demo(real.slug) is None
    with entered(real):
        assert Order.objects.exists()
