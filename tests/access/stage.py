"""Two merchants built alike, the platform, and a credential for every role of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.db import SessionStore

from acquisition.contracts import ContactWays
from core import clock, ports
from core.jobs import Doorbell
from core.models import LongTask
from mall.contracts import PaymentGateway
from members.contracts import PageSignature, PageSigner
from org.contracts import Role
from org.models import Staff
from org.services import create_staff, create_unit
from tenants.context import entered
from tenants.models import Tenant
from tenants.services import provision_tenant
from tests.access.canaries import Canaries
from tests.access.filling import fill_empty_tables
from tests.access.row import STAFF
from tests.access.scene import Group, fill_group, shop_elsewhere, stock_shelf
from tests.acquisition.fakes import FakeWays
from tests.mall.fakes import FakeGateway
from tests.wechatpay.conftest import APIV3_KEY, KEY_ID, key_pair
from tests.wecom.forge_desk import AES_KEY, CORP_ID
from tests.world import build_world
from wechatpay.services import connect_wechatpay
from wecom.services import connect_mp, connect_wecom

STORE_MARK, BRAND_MARK = "ZZOTHERSTOREZZ", "ZZOTHERBRANDZZ"
MARKS = {"own": "", "store": STORE_MARK, "brand": BRAND_MARK}


@dataclass
class Side:
    """One merchant: its hosts, its groups by name, and a cookie or key for each role."""

    tenant: Tenant
    groups: dict[str, Group]
    credentials: dict[str, dict[str, str]]
    staff: dict[str, Staff]
    secrets: dict[str, str]

    def host(self, surface: str) -> str:
        return f"{'m.' if surface == 'customer' else ''}{self.tenant.slug}.localhost"


@dataclass
class Stage:
    """Aurora, whose eyes we look through, and Breeze, of which nothing may be seen."""

    aurora: Side
    breeze: Side
    platform: Tenant
    platform_things: dict[str, str]
    gateway: FakeGateway
    canaries: Canaries


@dataclass
class FakeSigner:
    def _sign(self, url: str) -> PageSignature:
        return PageSignature("wx", 1, "n", "s")

    sign_customer_page = sign_staff_page = sign_staff_agent = _sign


@contextmanager
def outside_played(gateway: FakeGateway) -> Iterator[None]:
    """No call leaves this process while the stage stands."""
    fakes: list[tuple[Any, Any]] = [
        (PaymentGateway, gateway),
        (ContactWays, FakeWays()),
        (PageSigner, FakeSigner()),
        (Doorbell, None),
    ]
    formers = [(port, ports.swap(port, fake)) for port, fake in fakes]
    try:
        yield
    finally:
        for port, former in formers:
            ports.swap(port, former)


def build_stage(platform: Tenant, seed: int) -> Stage:
    """Both merchants with a row in every table, Breeze's all marked."""
    gateway, canaries = FakeGateway(), Canaries(seed)
    with outside_played(gateway):
        aurora = build_side("aurora-access", gateway, token="t0kenOfAurora", aes_key=AES_KEY)
        breeze = build_side("breeze-access", gateway, token="t0kenOfBreeze", aes_key="b" * 43)
    with entered(breeze.tenant):
        canaries.mark_all()
    for side in (aurora, breeze):
        with entered(side.tenant):
            side.credentials |= _credentials(side)
    with entered(platform):
        cookie = {"HTTP_COOKIE": cookie_of(platform, Staff.objects.get(username="platform"))}
        task = LongTask.objects.create(
            kind="tenants.provision", title="新建", created_at=clock.now()
        )
    aurora.credentials["platform"] = breeze.credentials["platform"] = cookie
    things = {"tenant": aurora.tenant.slug, "platform_task": task.public_id}
    return Stage(aurora, breeze, platform, things, gateway, canaries)


def build_side(slug: str, gateway: FakeGateway, *, token: str, aes_key: str) -> Side:
    """Provision a merchant and build the same scene in it, step by step."""
    provision_tenant(name=slug.title(), slug=slug, admin_password="correct horse")
    tenant = Tenant.objects.get(slug=slug)
    with entered(tenant):
        staff = _people()
        groups = _groups(staff, gateway)
        secrets = _connect(token, aes_key)
        fill_empty_tables()
    return Side(tenant, groups, {}, staff, secrets)


def _people() -> dict[str, Staff]:
    world = build_world()
    second = create_unit(kind="brand", name=f"二号品牌{BRAND_MARK}", code="brand-2")
    third = create_unit(kind="store", name=f"三号店{BRAND_MARK}", code="s3", parent=second)
    world.other_store.name += STORE_MARK
    world.other_store.save()
    world.dee.name += STORE_MARK
    world.dee.save()
    gus = create_staff(
        username="gus", name=f"葛{BRAND_MARK}", role=Role.GUIDE, unit=third, wecom_userid="wx_gus"
    )
    nan = create_staff(username="nan", name="南", role=Role.ANALYST, unit=world.brand)
    return {
        "guide": world.cai,
        "manager": world.bo,
        "operator": world.ann,
        "analyst": nan,
        "finance": world.finn,
        "admin": world.admin,
        "guide of store": world.dee,
        "guide of brand": gus,
    }


def _groups(staff: dict[str, Staff], gateway: FakeGateway) -> dict[str, Group]:
    guides = {"own": "guide", "store": "guide of store", "brand": "guide of brand"}
    groups = {}
    for name, role in guides.items():
        guide = staff[role]
        assert guide.unit is not None
        brand = guide.unit.parent
        assert brand is not None
        groups[name] = Group(brand, guide.unit, guide, MARKS[name], gateway)
    shelf, other_shelf = stock_shelf(groups["own"], "K1"), stock_shelf(groups["brand"], "K2")
    fill_group(groups["own"], shelf, first_card=0)
    fill_group(groups["store"], shelf, first_card=2)
    fill_group(groups["brand"], other_shelf, first_card=0)
    shop_elsewhere(groups["own"], groups["brand"], other_shelf)
    return groups


def _connect(token: str, aes_key: str) -> dict[str, str]:
    """The connections a callback sender knows the keys of."""
    app = connect_wecom(
        corp_id=CORP_ID, agent_id="1000002", secret="s3cr3t", token=token, aes_key=aes_key
    )
    connect_mp(appid="wx_mall_appid", secret="mp53cr3t")
    private, public = key_pair(f"merchant {token}")[0], key_pair(f"platform {token}")[1]
    merchant = connect_wechatpay(
        mchid="1900000001",
        appid="wx_mall",
        serial="5A" * 20,
        private_key_pem=private,
        apiv3_key=APIV3_KEY,
        public_key_id=KEY_ID,
        public_key_pem=public,
    )
    return {
        "token": token,
        "aes_key": aes_key,
        "callback_key": app.callback_key,
        "notify_key": merchant.notify_key,
        "platform_pem": key_pair(f"platform {token}")[0],
    }


def _credentials(side: Side) -> dict[str, dict[str, str]]:
    """Headers that carry each role's credential; a person's is the cookie of a session."""
    tenant, group = side.tenant, side.groups["own"]
    for person in side.staff.values():
        person.refresh_from_db()
    found = {role: {"HTTP_COOKIE": cookie_of(tenant, side.staff[role])} for role in STAFF}
    found["anonymous"] = {}
    session = SessionStore()
    session.update({"customer_id": group.customer.pk, "tenant": tenant.schema_name})
    session.save()
    found["customer"] = {"HTTP_COOKIE": f"siyu_session={session.session_key}"}
    found["api_key"] = {"HTTP_AUTHORIZATION": f"Bearer {group.things['api_secret']}"}
    found["callback"] = {}
    return found


def cookie_of(tenant: Tenant, person: Staff, view_as: str = "") -> str:
    """A session as the login opens it, perhaps looking through another's eyes.

    Call on the tenant's schema.
    """
    session = SessionStore()
    if view_as:
        session["view_as"] = Staff.objects.get(username=view_as).pk
    session.update(
        {
            "staff_id": person.pk,
            "staff_hash": person.get_session_auth_hash(),
            "tenant": tenant.schema_name,
        }
    )
    session.save()
    return f"siyu_session={session.session_key}"
