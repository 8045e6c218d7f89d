"""Which adapter fills which port."""

from core import ports
from core.clock import ClockOffset
from core.jobs import Doorbell
from org.contracts import RightsMatrix, SiteUrls
from siyu.access import Rights
from siyu.celery import CeleryDoorbell
from siyu.sites import TenantSites
from tenants.clock_offset import StoredOffset


def fill_ports() -> None:
    ports.fill(ClockOffset, StoredOffset())
    ports.fill(Doorbell, CeleryDoorbell())
    ports.fill(RightsMatrix, Rights())
    ports.fill(SiteUrls, TenantSites())
