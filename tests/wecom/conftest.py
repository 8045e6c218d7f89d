"""A corp in the twin, connected to Aurora."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.twin_process import BASES, TwinProcess, running_twin
from wecom.models import WecomApp
from wecom.services import connect_wecom


@dataclass
class Corp:
    """What both sides know of each other."""

    twin: TwinProcess
    corp_id: str
    secret: str
    app: WecomApp


@pytest.fixture(scope="session")
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
def corp(db: None, twin: TwinProcess) -> Corp:
    corp_id, secret = f"ww{secrets.token_hex(8)}", secrets.token_hex(16)
    twin.post(
        "corps",
        corp_id=corp_id,
        name="Aurora",
        agent_id=1000002,
        secret=secret,
        mp_appid_bound=True,
    )
    twin.post(f"corps/{corp_id}/members", userid="wx_cai", name="蔡")
    app = connect_wecom(
        corp_id=corp_id, agent_id="1000002", secret=secret, token="tok3n", aes_key="a" * 43
    )
    return Corp(twin, corp_id, secret, app)
