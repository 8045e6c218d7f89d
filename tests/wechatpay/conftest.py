"""A merchant in the twin, connected to Aurora."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.twin_process import BASES, TwinProcess, running_twin
from wechatpay.models import PayMerchant
from wechatpay.services import connect_wechatpay


@dataclass
class Shop:
    """What both sides know of each other."""

    twin: TwinProcess
    merchant: PayMerchant
    appid: str
    openid: str
    person: str

    def pay(self, prepay_id: str) -> dict[str, Any]:
        return self.twin.post("act/pay", prepay_id=prepay_id, person=self.person)


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
def shop(db: None, twin: TwinProcess) -> Shop:
    appid, mchid = f"wx{secrets.token_hex(8)}", str(1_000_000_000 + secrets.randbelow(10**9))
    apiv3_key = secrets.token_hex(16)
    twin.post("mps", appid=appid, secret="b"*32, name="Aurora", oauth_domains=["m.aurora.localhost"])
    made = twin.post("merchants", mchid=mchid, appid=appid, apiv3_key=apiv3_key)
    merchant = connect_wechatpay(
        mchid=mchid,
        appid=appid,
        serial=made["serial"],
        private_key_pem=made["private_key_pem"],
        apiv3_key=apiv3_key,
        public_key_id=made["public_key_id"],
        public_key_pem=made["public_key_pem"],
    )
    from wecom.services import connect_mp
    connect_mp(appid=appid, secret="b"*32)
    person = twin.post("people", name="伊芙")
    print(person)
    return Shop(twin, merchant, appid, f"{person}", person["person"])
