"""The house of the demo year: two brands, twelve stores, sixty guides, thirty goods."""

import datetime as dt
from dataclasses import dataclass, field

from distribution.models import RuleVersion, ShareLink
from distribution.rules import Rules
from distribution.selectors.rules import rules_of
from distribution.services.rules import rule_in_force
from mall.models import Product, Sku
from org.contracts import Role
from org.models import OrgUnit, Staff
from org.selectors import find_default_brand
from org.services import create_staff, create_unit
from siyu.demo.year import words
from siyu.demo.year.sheets import Names, Sheet

PASSWORD = "demo-2026"
GUIDES_OF_A_STORE = 5
OPENED_BEFORE = dt.timedelta(days=400)


@dataclass(frozen=True)
class Good:
    sku_id: int
    product_id: int
    code: str
    title: str
    category: str
    price_fen: int
    cost_fen: int


@dataclass(frozen=True)
class Guide:
    id: int
    username: str
    name: str
    store: "Store"
    links: dict[int, str]
    """Product → the token of their shared link."""


@dataclass
class Store:
    id: int
    name: str
    city: str
    province: str
    brand: "Brand"
    guides: list[Guide] = field(default_factory=list)


@dataclass
class Brand:
    id: int
    name: str
    rule: RuleVersion
    rules: Rules
    goods: list[Good] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)


@dataclass
class Company:
    brands: list[Brand]
    sheets: list[Sheet]

    @property
    def stores(self) -> list[Store]:
        return [store for brand in self.brands for store in brand.stores]

    @property
    def guides(self) -> list[Guide]:
        return [guide for store in self.stores for guide in store.guides]


def build_company(names: Names, first: dt.datetime) -> Company:
    """Units and the few who log in by service; guides and goods on sheets, not yet written."""
    company = Company(_brands(first), [])
    staff = Sheet(
        Staff, "public_id", "username", "name", "role", "unit_id", "password", "created_at"
    )
    links = Sheet(ShareLink, "token", "guide_id", "product_id", "created_at")
    opened = first - OPENED_BEFORE
    company.sheets += [*_goods(company, names, opened), staff, links]
    for store in company.stores:
        for number in range(GUIDES_OF_A_STORE):
            _guide(store, number, staff, links, names, opened)
    return company


def _brands(first: dt.datetime) -> list[Brand]:
    found = find_default_brand()
    assert found is not None
    found.name = words.BRANDS[0][0]
    found.save(update_fields=["name"])
    other = create_unit(kind="brand", name=words.BRANDS[1][0], code="brand-2")
    brands = []
    for unit, regions in ((found, words.REGIONS), (other, words.REGIONS_2)):
        rule = rule_in_force(unit.pk, first)
        brand = Brand(unit.pk, unit.name, rule, rules_of(rule))
        brand.stores = _stores(brand, unit, regions)
        brands.append(brand)
    _logins(brands)
    return brands


def _stores(
    brand: Brand, unit: OrgUnit, regions: tuple[tuple[str, tuple[int, ...]], ...]
) -> list[Store]:
    stores = []
    for name, numbers in regions:
        region = create_unit(kind="region", name=name, code=f"r-{unit.pk}-{name}", parent=unit)
        for number in numbers:
            shop, city, province, district, street = words.STORES[number]
            made = create_unit(
                kind="store",
                name=shop,
                code=f"s{number + 1:02d}",
                parent=region,
                city=city,
                address=f"{city}{district}{street}",
            )
            stores.append(Store(made.pk, shop, city, province, brand))
    return stores


def _logins(brands: list[Brand]) -> None:
    first = brands[0]
    unit, store = (OrgUnit.objects.get(pk=pk) for pk in (first.id, first.stores[0].id))
    for username, name, role, where in (
        ("ann", "安然", Role.OPERATOR, unit),
        ("finn", "范进", Role.FINANCE, unit),
        ("bo", "柏杨", Role.MANAGER, store),
    ):
        create_staff(username=username, name=name, role=role, unit=where, password=PASSWORD)


def _goods(company: Company, names: Names, opened: dt.datetime) -> list[Sheet]:
    products = Sheet(
        Product, "public_id", "brand_id", "title", "subtitle", "category", "status", "created_at"
    )
    skus = Sheet(Sku, "product_id", "code", "spec", "price_fen", "cost_fen")
    for brand, goods, (_, code) in zip(company.brands, words.GOODS, words.BRANDS, strict=True):
        for number, (title, category, price, cost, weight) in enumerate(goods, start=1):
            product = products.add(names.next(), brand.id, title, category, category, "on", opened)
            sku = skus.add(product, f"{code.upper()}-{number:03d}", "标准装", price, cost)
            brand.goods.append(
                Good(sku, product, f"{code.upper()}-{number:03d}", title, category, price, cost)
            )
            brand.weights.append(weight)
    return [products, skus]


def _guide(
    store: Store, number: int, staff: Sheet, links: Sheet, names: Names, opened: dt.datetime
) -> None:
    """A guide who logs in nowhere: the year is to be looked at, not to be worked in."""
    order = len(staff)
    name = words.person(order * 7 + 3, order * 11 + number)
    username = f"guide{order + 1:02d}"
    guide_id = staff.add(names.next(), username, name, Role.GUIDE.value, store.id, "!", opened)
    tokens = {}
    for good in store.brand.goods:
        tokens[good.product_id] = names.next(20)
        links.add(tokens[good.product_id], guide_id, good.product_id, opened)
    store.guides.append(Guide(guide_id, username, name, store, tokens))
