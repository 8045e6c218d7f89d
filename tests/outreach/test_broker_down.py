"""A greeting is in time while nobody answers at the broker: the scheduler says it itself."""

import time
from collections.abc import Callable

from core import clock, ports
from core.jobs import Doorbell
from org.models import OrgUnit
from org.services import create_staff, create_unit
from outreach.contracts import Greeter
from outreach.models import Greeting
from outreach.services import owe_greeting
from tenants.context import entered
from tenants.models import Tenant
from tenants.scheduler import BrokerSilent, Scheduler
from tests.outreach.fakes import FakeGreeter


class SilentDoorbell:
    def __init__(self) -> None:
        self.rings = 0

    def ring(self, schema_name: str, lane: str) -> None:
        self.rings += 1
        raise BrokerSilent


def test_a_greeting_is_said_within_20_s_with_the_broker_down(
    real_tenant: Callable[[], Tenant],
) -> None:
    tenant, greeter, doorbell = real_tenant(), FakeGreeter(), SilentDoorbell()
    formers = ports.swap(Greeter, greeter), ports.swap(Doorbell, doorbell)
    with entered(tenant):
        brand = create_unit(kind=OrgUnit.Kind.BRAND, name="牌", code="b")
        store = create_unit(kind=OrgUnit.Kind.STORE, name="店", code="s", parent=brand)
        cai = create_staff(
            username="cai", name="蔡", role="guide", unit=store, wecom_userid="wx_cai"
        )
        received_at = clock.now()
        owe_greeting(
            key="k",
            welcome_code="WC1",
            staff=cai,
            external_userid="wm1",
            text="您好",
            received_at=received_at,
        )

    started, scheduler = time.monotonic(), Scheduler()
    scheduler.tick()
    ports.swap(Greeter, formers[0])
    ports.swap(Doorbell, formers[1])

    assert time.monotonic() - started < 20
    assert doorbell.rings >= 2
    assert [code for code, _, _ in greeter.delivered] == ["WC1"]
    with entered(tenant):
        assert Greeting.objects.get().state == "sent"
