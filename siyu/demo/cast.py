"""Who and what there is in the demonstration, before anything happens."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from acquisition.services import create_batch, ensure_pool
from distribution.services import make_share_link
from mall.services import add_sku, create_benefit, create_product, set_stock
from org.contracts import Role
from org.models import OrgUnit, Staff
from org.selectors import find_default_brand
from org.services import create_staff, create_unit
from siyu.demo.upstream import Upstream, connect_everything
from tenants.clock_offset import begin_in_the_past
from tenants.context import entered
from tenants.models import Tenant
from tenants.schema import Reporter, silent
from tenants.services import provision_tenant

PASSWORD = "demo-2026"
PLATFORM_PASSWORD = "platform-demo"
HISTORY_DAYS = 40
"""How long ago the demonstration begins, in days of business time."""

LOGINS = [
    {"who": "平台运营", "host": "platform", "username": "platform", "password": PLATFORM_PASSWORD},
    {"who": "商家管理员（晨光）", "host": "aurora", "username": "admin", "password": PASSWORD},
    {"who": "品牌运营（晨光）", "host": "aurora", "username": "ann", "password": PASSWORD},
    {"who": "财务（晨光）", "host": "aurora", "username": "finn", "password": PASSWORD},
    {"who": "店长（晨光）", "host": "aurora", "username": "bo", "password": PASSWORD},
]


@dataclass(frozen=True)
class Brand:
    slug: str
    name: str
    number: int
    goods: tuple[tuple[str, str, str, int, int], ...]
    """(title, subtitle, category, price in fen, cost in fen)"""


BRANDS = (
    Brand(
        "aurora",
        "晨光零食",
        1,
        (
            ("原味坚果礼盒", "七种坚果，每日一包", "坚果", 12800, 6100),
            ("手剥松子", "东北红松，颗颗饱满", "坚果", 6990, 3350),
            ("海苔肉松卷", "薄脆海苔，大块肉松", "糕点", 3990, 1720),
            ("冻干草莓脆", "整颗冻干，不加糖", "果干", 4590, 1990),
            ("卤味试吃小包", "老客复购礼", "卤味", 2900, 880),
        ),
    ),
    Brand(
        "breeze",
        "清风家居",
        2,
        (
            ("乳胶护颈枕", "高低两用，可拆洗", "寝具", 19900, 8200),
            ("全棉四件套", "长绒棉，亲肤柔软", "寝具", 39900, 17600),
            ("香薰随身装", "入会礼", "香氛", 3900, 900),
        ),
    ),
)

STORES = (
    ("华东", (("s1", "南京路店", "上海市"), ("s2", "湖滨店", "杭州市"))),
    ("华南", (("s3", "天河店", "广州市"),)),
)
GUIDES = (
    ("cai", "蔡小满", "s1"),
    ("gu", "顾一宁", "s1"),
    ("dee", "狄安", "s2"),
    ("he", "何青", "s3"),
)


def seed_demo(report: Reporter = silent) -> int:
    """Make what is missing of the demo merchants; returns how many were made."""
    made = 0
    if not Tenant.objects.filter(is_demo=True).exists():
        begin_in_the_past(HISTORY_DAYS)
        if settings.TWIN_URL:
            Upstream(settings.TWIN_URL).set_clock(-HISTORY_DAYS * 86_400)
    for brand in BRANDS:
        if Tenant.objects.filter(slug=brand.slug).exclude(state=Tenant.State.CREATING).exists():
            continue
        report(f"建立演示商家 {brand.name}")
        provision_tenant(
            name=brand.name, slug=brand.slug, admin_password=PASSWORD, is_demo=True, report=report
        )
        with entered(Tenant.objects.get(slug=brand.slug)):
            _people()
            _goods(brand)
            if settings.TWIN_URL:
                report("连接企业微信、公众号和微信支付（孪生）")
                connect_everything(Upstream(settings.TWIN_URL), brand.slug, brand.name, _guides())
        made += 1
    return made


def _people() -> None:
    brand = find_default_brand()
    assert brand is not None
    units = {"brand": brand}
    for number, (region_name, stores) in enumerate(STORES, start=1):
        region = create_unit(kind="region", name=region_name, code=f"r{number}", parent=brand)
        for code, name, city in stores:
            units[code] = create_unit(
                kind="store",
                name=name,
                code=code,
                parent=region,
                city=city,
                address=f"{city}{name}",
            )
    for username, name, role, unit in (
        ("ann", "安然", Role.OPERATOR, "brand"),
        ("finn", "范进", Role.FINANCE, "brand"),
        ("nan", "南星", Role.ANALYST, "brand"),
        ("bo", "柏杨", Role.MANAGER, "s1"),
    ):
        _person(username, name, role, units[unit])
    for username, name, store in GUIDES:
        _person(username, name, Role.GUIDE, units[store])


def _person(username: str, name: str, role: Role, unit: OrgUnit) -> Staff:
    return create_staff(
        username=username,
        name=name,
        role=role,
        unit=unit,
        password=PASSWORD,
        wecom_userid=username if role is Role.GUIDE else None,
    )


def _guides() -> list[tuple[str, str]]:
    return [(username, name) for username, name, _ in GUIDES]


def _goods(brand: Brand) -> None:
    unit = find_default_brand()
    assert unit is not None
    stores = OrgUnit.objects.filter(kind=OrgUnit.Kind.STORE)
    for number, (title, subtitle, category, price, cost) in enumerate(brand.goods, start=1):
        product = create_product(
            brand=unit,
            title=title,
            subtitle=subtitle,
            category=category,
            description=f"{title}，{subtitle}。",
        )
        sku = add_sku(
            product=product,
            code=f"{brand.slug.upper()}-{number:03d}",
            spec="标准装",
            price_fen=price,
            cost_fen=cost,
        )
        for store in stores:
            set_stock(sku=sku, location=store, on_hand=500)
        for guide in Staff.objects.filter(role=Role.GUIDE):
            make_share_link(guide=guide, product=product)
    gift = create_benefit(
        name=f"{brand.goods[-1][0]}一份",
        sku=sku,
        worth_fen=brand.goods[-1][3],
        threshold_fen=3000,
        valid_days=60,
    )
    create_batch(
        name="首批包裹卡",
        benefit=gift,
        brand=unit,
        size=60,
        print_cost_fen=12,
        insert_cost_fen=8,
        platform="tmall",
    )
    ensure_pool()


def login_lines() -> list[dict[str, Any]]:
    """The demo logins with the addresses they belong to."""
    base = f"{settings.SIYU_BASE_DOMAIN}:{settings.SIYU_PORT}"
    lines = [{**login, "url": f"http://{login['host']}.{base}/login"} for login in LOGINS]
    if settings.TWIN_URL:
        lines.append(
            {
                "who": "导购（在手机页选蔡小满，打开工作台）",
                "url": f"http://aurora.{base}/g/",
                "username": "cai",
                "password": "企业微信免登",
            }
        )
        lines.append(
            {
                "who": "顾客（在手机页选一位顾客）",
                "url": f"http://m.aurora.{base}/",
                "username": "",
                "password": "微信授权",
            }
        )
    return lines
