"""A corp and a 公众号 in the twin, connected to Aurora."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.twin_process import BASES, TwinProcess, running_twin
from wecom.models import WecomApp
from wecom.services import connect_mp, connect_wecom


@dataclass
class Corp:
    """What both sides know of each other."""

    twin: TwinProcess
    corp_id: str
    secret: str
    app: WecomApp

    def person(self, name: str = "小林") -> dict[str, Any]:
        return self.twin.post("people", name=name)

    def add(self, person: str, **through: str) -> dict[str, Any]:
        """The person adds a guide in the client; the twin's account of it."""
        return self.twin.post("act/add", person=person, corp_id=self.corp_id, **through)

    def break_next(self, api: str, mode: str, times: int = 1, **more: Any) -> None:
        self.twin.post("faults", api=api, mode=mode, times=times, **more)

    def calls(self, api: str) -> list[dict[str, Any]]:
        """What the twin accepted from this corp under an API's name, oldest first."""
        log = self.twin.get("log", kind="wecom.call", limit=10_000)["log"]
        mine = [entry["data"] for entry in log if entry["data"].get("corp_id") == self.corp_id]
        return [data for data in mine if data["api"] == api]


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
        mp_appid_bound="wxaurora000000001",
    )
    for userid, name in (("wx_cai", "蔡"), ("wx_dee", "狄")):
        twin.post(f"corps/{corp_id}/members", userid=userid, name=name)
    app = connect_wecom(
        corp_id=corp_id, agent_id="1000002", secret=secret, token="tok3n", aes_key="a" * 43
    )
    return Corp(twin, corp_id, secret, app)


@dataclass
class Mp:
    twin: TwinProcess
    appid: str


@pytest.fixture
def mp(db: None, twin: TwinProcess) -> Mp:
    appid, secret = f"wx{secrets.token_hex(8)}", secrets.token_hex(16)
    twin.post(
        "mps",
        appid=appid,
        secret=secret,
        name="Aurora",
        oauth_domains=["m.aurora.localhost"],
        bound_to_open_platform=True,
    )
    connect_mp(appid=appid, secret=secret)
    return Mp(twin, appid)


@pytest.fixture
def without_redis(settings: Any) -> None:
    """Nothing listens on the discard port."""
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
