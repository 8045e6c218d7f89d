"""The stage is built once for each worker; every test on it is rolled back."""

import os
import secrets
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
    """What the marks of this run are drawn from; `SIYU_ACCESS_SEED` repeats a run."""
    return int(os.environ.get("SIYU_ACCESS_SEED") or secrets.randbelow(10**9))


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
def stage(built: Stage, django_db_blocker: Any, tmp_path: Any, settings: Any) -> Iterator[Stage]:
    """The two merchants as they were built, whatever the test before this one did."""
    settings.MEDIA_ROOT = tmp_path
    settings.WECOM_API_BASE = settings.WECHAT_API_BASE = settings.WECHATPAY_API_BASE = NOWHERE
    with django_db_blocker.unblock(), clock.frozen(MONDAY), outside_played(built.gateway):
        to_public()
        hosts.forget()
        _upload_files(built, tmp_path)
        with transaction.atomic():
            yield built
            transaction.set_rollback(True)
        hosts.forget()


def _upload_files(stage: Stage, media: Path) -> None:
    """The files that wait for their import, where the pages keep them."""
    for side in (stage.aurora, stage.breeze):
        for group in side.groups.values():
            folder = media / side.tenant.schema_name / "imports" / group.things["upload"]
            folder.mkdir(parents=True)
            (folder / "orders.csv").write_text(ORDERS)
