"""The stage is built once for each worker; every test on it is rolled back."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from core import clock
from tenants import hosts
from tenants.context import to_public
from tenants.models import Tenant
from tenants.roles import ROLE
from tenants.schema import drop_schema
from tests.access.scene import ORDERS
from tests.access.stage import Stage, build_stage, outside_played
from tests.conftest import take_role
from tests.world import MONDAY

NOWHERE = "http://127.0.0.1:9"
"""Nothing listens on the discard port."""


def seed() -> int:
    """What the marks are drawn from: the same each time, unless `SIYU_ACCESS_SEED` is set."""
    return int(os.environ.get("SIYU_ACCESS_SEED") or 20260302)


@pytest.fixture(scope="session")
def built(
    django_db_setup: None, django_db_blocker: Any, platform_tenant: Tenant
) -> Iterator[Stage]:
    with django_db_blocker.unblock():
        take_role("")
        with clock.frozen(MONDAY):
            stage = build_stage(platform_tenant, seed())
        take_role(ROLE)
        yield stage
        take_role("")
        for side in (stage.aurora, stage.breeze):
            drop_schema(side.tenant.schema_name)
            side.tenant.delete()
        take_role(ROLE)


@pytest.fixture
def plain_stage(
    built: Stage, django_db_blocker: Any, tmp_path: Any, settings: Any
) -> Iterator[Stage]:
    """The two merchants; whoever writes rolls it back."""
    settings.MEDIA_ROOT = tmp_path
    settings.WECOM_API_BASE = settings.WECHAT_API_BASE = settings.WECHATPAY_API_BASE = NOWHERE
    _upload_files(built, tmp_path)
    with django_db_blocker.unblock(), clock.frozen(MONDAY), outside_played(built.gateway):
        to_public()
        hosts.forget()
        yield built
        hosts.forget()


@pytest.fixture
def stage(plain_stage: Stage) -> Iterator[Stage]:
    """The same in a transaction of the test's own, so that it may change what it likes."""
    with transaction.atomic():
        yield plain_stage
        transaction.set_rollback(True)


def _upload_files(stage: Stage, media: Path) -> None:
    """The files that wait for their import, where the pages keep them."""
    for side in (stage.aurora, stage.breeze):
        for group in side.groups.values():
            folder = media / side.tenant.schema_name / "imports" / group.things["upload"]
            folder.mkdir(parents=True)
            (folder / "orders.csv").write_text(ORDERS)
