"""A merchant with a crowd: the real server in several processes, buyers with real sessions."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import connection  # noqa: E402

from core import clock  # noqa: E402
from core.ids import random_text  # noqa: E402
from mall.models import FlashSale, Sku  # noqa: E402
from mall.services import add_sku, create_product, open_flash_sale, set_stock  # noqa: E402
from members.models import Customer, Member  # noqa: E402
from org.models import OrgUnit  # noqa: E402
from tenants.context import entered  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tests.soak._house import (  # noqa: E402
    START_SECONDS,
    House,
    free_port,
    listens,
    own_database,
    redis_of_ours,
    wait_for,
)
from tests.soak._load import post  # noqa: E402
from tests.twin_process import BASES, running_twin  # noqa: E402

SLUG = "market"
HOST = f"m.{SLUG}.localhost"
CSRF = "c" * 32
MCHID, APPID = "1900000021", "wxmarket0000000001"
HOME = {
    "name": "伊芙",
    "phone": "13800000001",
    "province": "上海市",
    "city": "上海市",
    "district": "黄浦区",
    "address": "南京东路 1 号",
}


@dataclass
class Market:
    """`cookies` are the sessions of the buyers, in the order in which they were made."""

    house: House
    port: int
    cookies: list[str] = field(default_factory=list)

    def serve(self, name: str, port: int, application: str, workers: int, threads: int = 4) -> None:
        """A server of so many processes, ready when it answers."""
        self.house.start(
            name,
            *("-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", str(workers)),
            *("--blocking-threads", str(threads), "--respawn-failed-workers", application),
        )
        wait_for(lambda: listens(port), START_SECONDS, name)

    def add_buyers(self, count: int) -> None:
        """People of their own, each with a login and a session, written in bulk."""
        with inside() as tenant:
            self.cookies += _add_buyers(tenant, len(self.cookies), count)

    def buy(self, buyer: int, fields: dict[str, str], path: str = "/buy") -> bytes:
        form = {"csrfmiddlewaretoken": CSRF, **HOME, **fields}
        return post(HOST, path, self.cookies[buyer], form)


@contextmanager
def open_market(*, workers: int, application: str = "siyu.wsgi:application") -> Iterator[Market]:
    """Everything up on a database of this run only; gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="siyu-market-")))
        url = stack.enter_context(own_database())
        twin = stack.enter_context(running_twin(folder / "twin"))
        port = free_port()
        env = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": redis_of_ours(),
            "SIYU_ENV": "test",
            "SIYU_BASE_DOMAIN": "localhost",
            "SIYU_PORT": str(port),
            "SIYU_DB_ROLE": "",
            "SIYU_DATA_DIR": str(folder),
            "PYTHONUNBUFFERED": "1",
            "SIYU_LOG_LEVEL": "WARNING",
            **dict.fromkeys(BASES, twin.base),
        }
        house = House(env, folder, twin)
        stack.callback(house.end)
        house.wipe_redis()
        house.manage("prepare", "--no-demo")
        house.manage("provision_tenant", "--name", "集市", "--slug", SLUG)
        house.tenant = SLUG
        connection.close()
        connection.settings_dict["NAME"] = urlsplit(url).path.lstrip("/")
        twin.post("settings", hostmap={"*.localhost": f"127.0.0.1:{port}"})
        market = Market(house, port)
        market.serve("web", port, application, workers)
        yield market


def connect_pay(market: Market) -> None:
    """A merchant number at the twin, and whoever books what it says."""
    house, key = market.house, "k" * 32
    house.twin.post("mps", appid=APPID, secret="s3cret", name="集市", bound_to_open_platform=True)
    made = house.twin.post("merchants", mchid=MCHID, appid=APPID, apiv3_key=key, name="集市")
    private, public = house.folder / "key.pem", house.folder / "pub.pem"
    private.write_text(made["private_key_pem"])
    public.write_text(made["public_key_pem"])
    told = house.manage(
        *("connect_wechatpay", "--tenant", SLUG, "--mchid", MCHID, "--appid", APPID),
        *("--serial", made["serial"], "--private-key", str(private), "--apiv3-key", key),
        *("--public-key-id", made["public_key_id"], "--public-key", str(public)),
    )
    if not told["ok"]:
        raise RuntimeError(f"connect_wechatpay: {told}")
    house.start("scheduler", "manage.py", "scheduler")
    house.worker("worker", "money,default,sync,greeting,send")


@contextmanager
def inside() -> Iterator[Tenant]:
    with entered(Tenant.objects.get(slug=SLUG)) as tenant:
        yield tenant


def _add_buyers(tenant: Tenant, first: int, count: int) -> list[str]:
    now = clock.now()
    people = Member.objects.bulk_create(
        Member(name=f"买家{first + n}", source="soak", created_at=now) for n in range(count)
    )
    logins = Customer.objects.bulk_create(
        Customer(
            member=person,
            appid=APPID,
            openid=f"o_{first + n}",
            unionid=f"u_{first + n}",
            created_at=now,
            last_seen_at=now,
        )
        for n, person in enumerate(people)
    )
    store, expires = SessionStore(), clock.real_now() + dt.timedelta(days=1)
    sessions = Session.objects.bulk_create(
        Session(
            session_key=random_text(160),
            session_data=store.encode({"customer_id": login.pk, "tenant": tenant.schema_name}),
            expire_date=expires,
        )
        for login in logins
    )
    return [f"siyu_session={session.session_key}; siyu_csrf={CSRF}" for session in sessions]


def add_goods(code: str, pieces: int, price_fen: int = 9_900) -> Sku:
    """A SKU on sale with its pieces at the brand's own warehouse."""
    brand = OrgUnit.objects.get(kind="brand")
    product = create_product(brand=brand, title=f"商品{code}")
    sku = add_sku(product=product, code=code, price_fen=price_fen, cost_fen=price_fen // 3)
    set_stock(sku=sku, location=brand, on_hand=pieces)
    return sku


def open_sale(sku: Sku, pieces: int, price_fen: int, **changes: Any) -> FlashSale:
    now = clock.now()
    fields: dict[str, Any] = {"starts_at": now, "ends_at": now + dt.timedelta(hours=2)}
    return open_flash_sale(sku=sku, price_fen=price_fen, quantity=pieces, **{**fields, **changes})
