"""Two merchants: one in the twin, and one whose WeChat Pay is a pen in our hand."""

import datetime as dt
import functools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.db import connection
from django.test import Client

from core import clock
from mall.models import Order
from mall.services import start_payment
from tenants.models import Tenant
from tests.mall.conftest import evidence, gateway, shop
from tests.mall.fakes import MERCHANT
from tests.mall.shop import Shop
from tests.twin.forge_desk import Desk, Forged, Known
from tests.twin_process import BASES, TwinProcess, running_twin
from wechatpay.models import PayMerchant
from wechatpay.services import connect_wechatpay
from wecom.logins import MpCustomerDirectory
from wecom.services import connect_mp

__all__ = ["evidence", "gateway", "shop"]

APIV3_KEY = "0123456789abcdef0123456789abcdef"
KEY_ID = "PUB_KEY_ID_0114000000000000000000000001"
NOTIFY_KEY = "3sk3bq8v2k7m1n5p0r4t6w8x0z"


@functools.cache
def key_pair(name: str) -> tuple[str, str]:
    """(private, public) in PEM; one for each name and run, since making them is slow."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.fixture
def merchant(db: None) -> PayMerchant:
    return PayMerchant.objects.create(
        mchid=MERCHANT.mchid,
        appid=MERCHANT.appid,
        serial="5A" * 20,
        private_key_pem=key_pair("merchant")[0],
        apiv3_key=APIV3_KEY,
        public_key_id=KEY_ID,
        public_key_pem=key_pair("platform")[1],
        notify_key=NOTIFY_KEY,
        connected_at=clock.now(),
    )


@pytest.fixture
def desk(merchant: PayMerchant) -> Desk:
    return Desk(
        mchid=merchant.mchid,
        appid=merchant.appid,
        apiv3_key=APIV3_KEY,
        key_id=KEY_ID,
        private_pem=key_pair("platform")[0],
        stranger_pem=key_pair("merchant")[0],
    )


@pytest.fixture
def waiting(shop: Shop) -> Known:
    """An order that waits for its payment."""
    order: Order = shop.place()
    start_payment(order=order)
    return Known(order.number, order.total_fen, shop.buyer.openid)


Send = Callable[..., Any]


@pytest.fixture
def send(aurora: Tenant) -> Send:
    """Send it as it is, then stand on Aurora again: a request leaves us on public."""
    client = Client(raise_request_exception=False)

    def send(forged: Forged, path: str = f"/pay/notify/{NOTIFY_KEY}", **meta: Any) -> Any:
        answer = client.generic(
            meta.pop("method", "POST"),
            path,
            forged.body,
            content_type="application/json",
            HTTP_HOST=meta.pop("host", "aurora.localhost"),
            **forged.meta(),
            **meta,
        )
        cast(Any, connection).set_tenant(aurora)
        return answer

    return send


@dataclass
class Till:
    """A merchant account in the twin, and a customer with an openid there."""

    twin: TwinProcess
    merchant: PayMerchant
    person: str
    openid: str

    def pay(self, prepay_id: str) -> None:
        self.twin.post("act/pay", prepay_id=prepay_id, person=self.person)

    def later(self) -> dt.datetime:
        return clock.real_now() + dt.timedelta(minutes=15)


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
def till(db: None, twin: TwinProcess) -> Till:
    appid, mchid = f"wx{secrets.token_hex(8)}", str(1_000_000_000 + secrets.randbelow(10**9))
    mp_secret, apiv3_key = secrets.token_hex(16), secrets.token_hex(16)
    domains = ["m.aurora.localhost"]
    twin.post("mps", appid=appid, secret=mp_secret, name="Aurora", oauth_domains=domains)
    made = twin.post("merchants", mchid=mchid, appid=appid, apiv3_key=apiv3_key)
    connect_mp(appid=appid, secret=mp_secret)
    merchant = connect_wechatpay(
        mchid=mchid,
        appid=appid,
        serial=made["serial"],
        private_key_pem=made["private_key_pem"],
        apiv3_key=apiv3_key,
        public_key_id=made["public_key_id"],
        public_key_pem=made["public_key_pem"],
    )
    person = twin.post("people", name="伊芙")["person"]
    directory = MpCustomerDirectory()
    url = directory.authorize_url("https://m.aurora.localhost/back", "s1")
    return Till(twin, merchant, person, directory.identify(twin.consent(person, url)).openid)
