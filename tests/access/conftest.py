"""The stage is built once for each worker; every test on it is rolled back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from core import clock
from tenants import hosts
from tenants.context import to_public
from tenants.models import Tenant
from tenants.roles import ROLE
from tenants.schema import drop_schema
from tests.access.stage import Stage, build_stage, outside_played
from tests.conftest import take_role
from tests.world import MONDAY


@pytest.fixture(scope="session")
def built(
    django_db_setup: None, django_db_blocker: Any, platform_tenant: Tenant
) -> Iterator[Stage]:
    with django_db_blocker.unblock():
        take_role("")
        with clock.frozen(MONDAY):
            stage = build_stage(platform_tenant)
        take_role(ROLE)
        yield stage
        take_role("")
        for side in (stage.aurora, stage.breeze):
            drop_schema(side.tenant.schema_name)
            side.tenant.delete()
        take_role(ROLE)


@pytest.fixture
def stage(built: Stage, django_db_blocker: Any, tmp_path: Any, settings: Any) -> Iterator[Stage]:
    """The two merchants as they were built, whatever the test before this one did."""
    settings.MEDIA_ROOT = tmp_path
    settings.WECOM_API_BASE = settings.WECHAT_API_BASE = settings.WECHATPAY_API_BASE = NOWHERE
    with django_db_blocker.unblock(), clock.frozen(MONDAY), outside_played(built.gateway):
        to_public()
        hosts.forget()
        with transaction.atomic():
            yield built
            transaction.set_rollback(True)
        hosts.forget()


NOWHERE = "http://127.0.0.1:9"
