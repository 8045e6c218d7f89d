"""Which adapter fills which port."""

from acquisition.contracts import ContactWays
from community.contracts import GroupDirectory
from core import ports
from core.clock import ClockOffset
from core.jobs import Doorbell
from distribution.contracts import PayoutGateway
from distribution.services import Snapshots
from livestream.contracts import LiveChannel
from mall.contracts import AttributionEvidence, PaymentGateway
from members.contracts import ContactSource, CustomerDirectory, PageSigner, TagWriter
from org.contracts import BrandConnections, Demonstration, RightsMatrix, SiteUrls, StaffDirectory
from outreach.contracts import Greeter, GroupMessenger, StaffNotifier
from siyu.access import Rights
from siyu.celery import CeleryDoorbell
from siyu.connections import StoredConnections
from siyu.demo.house import DemoHouse
from siyu.live_channel import RedisLiveChannel
from siyu.sites import TenantSites
from tenants.clock_offset import StoredOffset
from wechatpay.gateway import WechatPayGateway
from wechatpay.transfers import WechatTransfers
from wecom.contact_ways import WecomContactWays
from wecom.contacts import WecomContacts, WecomTags
from wecom.greeter import WecomGreeter
from wecom.groups import WecomGroups
from wecom.logins import MpCustomerDirectory, WecomStaffDirectory
from wecom.messenger import WecomGroupMessenger
from wecom.notifier import WecomStaffNotifier
from wecom.signer import WechatPageSigner


def fill_ports() -> None:
    ports.fill(ClockOffset, StoredOffset())
    ports.fill(Doorbell, CeleryDoorbell())
    ports.fill(RightsMatrix, Rights())
    ports.fill(SiteUrls, TenantSites())
    ports.fill(BrandConnections, StoredConnections())
    ports.fill(Demonstration, DemoHouse())
    ports.fill(StaffDirectory, WecomStaffDirectory())
    ports.fill(CustomerDirectory, MpCustomerDirectory())
    ports.fill(PageSigner, WechatPageSigner())
    ports.fill(ContactSource, WecomContacts())
    ports.fill(TagWriter, WecomTags())
    ports.fill(ContactWays, WecomContactWays())
    ports.fill(Greeter, WecomGreeter())
    ports.fill(GroupMessenger, WecomGroupMessenger())
    ports.fill(StaffNotifier, WecomStaffNotifier())
    ports.fill(GroupDirectory, WecomGroups())
    ports.fill(AttributionEvidence, Snapshots())
    ports.fill(PaymentGateway, WechatPayGateway())
    ports.fill(LiveChannel, RedisLiveChannel())
    ports.fill(PayoutGateway, WechatTransfers())
