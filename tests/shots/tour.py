"""`script/shots --tour`: the pictures of the README, made from the running demonstration."""

from dataclasses import dataclass
from pathlib import Path

from tests.shots.people import PEOPLE, Person, Visitor
from tests.shots.places import places_for

OUT = Path("docs/tour")
MAX_BYTES = 200_000


@dataclass(frozen=True)
class Stop:
    file: str
    person: str
    place: str


STOPS = (
    Stop("01-card-landing", "陌生人", "c_某serial"),
    Stop("02-today", "管理员", "首页"),
    Stop("03-card-batch", "管理员", "cards_某batch_id"),
    Stop("04-guide-today", "导购", "g"),
    Stop("05-guide-customer", "导购", "g_customers_某member_id"),
    Stop("06-product", "顾客", "p_某product_id"),
    Stop("07-my-order", "顾客", "orders_某order_id"),
    Stop("08-order", "管理员", "orders_某order_id"),
    Stop("09-commission", "管理员", "commission"),
    Stop("10-guide-derivation", "导购", "g_me_commissions_某commission_id"),
    Stop("11-metric", "管理员", "metrics_某code"),
    Stop("12-platform", "平台", "首页"),
)


def take_pictures(browser: object) -> int:
    """Picture every stop; how many are missing or too large to belong in a repository."""
    OUT.mkdir(parents=True, exist_ok=True)
    return sum(not _take(browser, stop) for stop in STOPS)


def _take(browser: object, stop: Stop) -> bool:
    person = next(one for one in PEOPLE if one.name == stop.person)
    place = next((one for one in places_for(person) if one.name == stop.place), None)
    if place is None:
        print(f"✗ {stop.file}: 没有 {stop.person} 的 {stop.place}")
        return False
    return _picture(Visitor(browser, person), person, place.url, OUT / f"{stop.file}.png")


def _picture(visitor: Visitor, person: Person, url: str, path: Path) -> bool:
    page = visitor.open(url)
    page.screenshot(path=str(path))
    visitor.close()
    size = path.stat().st_size
    print(f"{path} {size // 1024} kB")
    return size <= MAX_BYTES
