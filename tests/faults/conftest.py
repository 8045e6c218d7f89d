from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tenants.context import entered
from tenants.models import Tenant
from tests.faults.paying import Purse, open_purse
from tests.twin_process import BASES, TwinProcess, running_twin


@pytest.fixture(scope="module")
def twin_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwinProcess]:
    with running_twin(tmp_path_factory.mktemp("twin") / "state") as twin:
        yield twin


@pytest.fixture
def twin(twin_process: TwinProcess, settings: Any) -> Iterator[TwinProcess]:
    for name in BASES:
        setattr(settings, name, twin_process.base)
    yield twin_process
    twin_process.delete("faults")


@pytest.fixture
def purse(real_tenant: Callable[[], Tenant], twin: TwinProcess) -> Iterator[Purse]:
    tenant = real_tenant()
    with entered(tenant):
        yield open_purse(twin, tenant)
