"""A brand with a benefit and a batch of cards, and the outside played by fakes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from acquisition import services
from acquisition.contracts import ContactWays
from acquisition.models import Card, CardBatch, Scan
from core import clock, jobs, ports
from mall.models import Benefit
from mall.services import add_sku, create_benefit, create_product, set_stock
from members.contracts import ContactSource, TagWriter
from members.models import Contact, Customer
from members.services import log_in_customer
from outreach.contracts import Greeter
from tests.acquisition.fakes import FakeWays
from tests.members.fakes import FakeSource, FakeTags
from tests.outreach.fakes import FakeGreeter
from tests.world import World

APPID = "wxdemo0000000001"
EVENTS = iter(range(1, 1_000_000))


@dataclass
class Play:
    """The field: what is there, and what people do in it."""

    world: World
    benefit: Benefit
    batch: CardBatch
    source: FakeSource = field(default_factory=FakeSource)
    ways: FakeWays = field(default_factory=FakeWays)
    greeter: FakeGreeter = field(default_factory=FakeGreeter)
    tags: FakeTags = field(default_factory=FakeTags)

    def card(self, index: int = 0) -> Card:
        return self.batch.cards.order_by("pk")[index]

    def customer(self, name: str, *, unionid: str = "") -> Customer:
        return log_in_customer(appid=APPID, openid=f"o_{name}", unionid=unionid, nickname=name)

    def scan(self, customer: Customer, card: Card | None = None, **more: Any) -> Scan:
        serial = (card or self.card()).serial
        return services.begin_scan(serial=serial, customer=customer, **more)

    def add(self, external: str, *, state: str = "", unionid: str = "", **more: Any) -> None:
        """Somebody adds Cai: the outside changes, and tells of it."""
        userid, at = more.pop("userid", "wx_cai"), more.pop("at", clock.now())
        self.source.add(external, userid, at, unionid=unionid, state=state)
        self.tell(external, state=state, at=at, userid=userid, **more)

    def tell(self, external: str, *, state: str, at: dt.datetime, **more: Any) -> None:
        number = next(EVENTS)
        services.receive_contact(
            userid=more.get("userid", "wx_cai"),
            external_userid=external,
            state=state,
            welcome_code=more.get("welcome_code", f"WC{number}"),
            event_key=more.get("event_key", f"event{number}"),
            event_at=at,
            received_at=clock.now(),
        )

    def delete(self, external: str, by: str, at: dt.datetime, userid: str = "wx_cai") -> None:
        if by == "staff":
            self.source.drop(external, userid)
        services.lose_contact(userid=userid, external_userid=external, by=by, event_at=at)

    def settle(self) -> None:
        """Let everything that is owed happen."""
        for _ in range(6):
            ran = sum(jobs.run_due(lane) for lane in ("greeting", "default", "sync"))
            if not ran:
                return

    def contact(self, external: str) -> Contact:
        return Contact.objects.get(external_userid=external)


def make_play(world: World, size: int = 20) -> Play:
    product = create_product(brand=world.brand, title="牛肉粒", category="零食")
    sku = add_sku(product=product, code="GIFT1", spec="50g", price_fen=2900, cost_fen=400)
    set_stock(sku=sku, location=world.brand, on_hand=1000)
    benefit = create_benefit(name="牛肉粒一份", sku=sku, worth_fen=2900, threshold_fen=5000)
    batch = services.create_batch(
        name="三月包裹", benefit=benefit, brand=world.brand, size=size, platform="tmall"
    )
    return Play(world, benefit, batch)


@pytest.fixture
def play(world: World) -> Iterator[Play]:
    scene = make_play(world)
    formers: list[tuple[Any, Any]] = [
        (ContactSource, ports.swap(ContactSource, scene.source)),
        (TagWriter, ports.swap(TagWriter, scene.tags)),
        (ContactWays, ports.swap(ContactWays, scene.ways)),
        (Greeter, ports.swap(Greeter, scene.greeter)),
    ]
    yield scene
    for port, former in formers:
        ports.swap(port, former)
