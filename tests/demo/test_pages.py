"""The badge, what a wipe would take, and who may click it."""

from typing import Any, cast

import pytest
from django.db import connection

from core.models import Job, LongTask
from org.services import create_staff
from siyu.demo.year import load_year
from tenants.context import entered
from tenants.models import Tenant
from tenants.services import NotDemo, order_wipe
from tests.demo.conftest import UNTIL
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(aurora):
    Tenant.objects.filter(pk=aurora.pk).update(is_demo=True)
    aurora.refresh_from_db()
    cast(Any, connection).set_tenant(aurora)
    return aurora


def test_a_real_merchant_has_no_badge_and_nothing_to_wipe(world: World, platform_tenant):
    client = client_for(world.admin)

    assert "演示数据 · 清除" not in client.get("/").content.decode()
    page = client.get("/settings/demo").content.decode()
    assert "这里没有演示数据" in page
    assert "清除全部演示数据" not in page
    client.post("/settings/demo/wipe")
    with entered(platform_tenant):
        assert not LongTask.objects.filter(kind="tenants.wipe").exists()


def test_a_demonstration_says_in_numbers_what_a_wipe_takes(world: World, demonstration):
    page = client_for(world.admin).get("/settings/demo").content.decode()

    assert "演示数据 · 清除" in page
    assert "清除全部演示数据" in page
    assert "不能恢复" in page


def test_one_click_of_the_admin_owes_the_wipe_to_the_platform(
    world: World, demonstration, platform_tenant
):
    answer = client_for(world.admin).post("/settings/demo/wipe").content.decode()

    assert "正在清除" in answer
    with entered(platform_tenant):
        task = LongTask.objects.get(kind="tenants.wipe")
        assert task.params == {"slug": "aurora"}
        assert Job.objects.get(name="tenants.wipe").payload == {"task_id": task.pk}


def test_an_operator_may_look_and_not_wipe(world: World, demonstration, platform_tenant):
    client = client_for(world.ann)

    assert "只有商家管理员可以清除" in client.get("/settings/demo").content.decode()
    client.post("/settings/demo/wipe")
    with entered(platform_tenant):
        assert not LongTask.objects.filter(kind="tenants.wipe").exists()


def test_a_wipe_of_a_real_merchant_is_refused_before_anything_is_owed(world: World):
    with pytest.raises(NotDemo):
        order_wipe(slug="aurora")


def test_todays_page_of_a_full_year_opens(demonstration):
    load_year(scale=0.003, until=UNTIL)
    admin = create_staff(username="boss", name="老板", role="admin", unit=None)

    page = client_for(admin).get("/").content.decode()
    assert "需要处理" in page
    assert "订单待发货" in page
