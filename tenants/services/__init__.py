"""What may be done with merchants, from outside."""

from tenants.reports import TenantReport, list_tenant_reports, report_tenant, staff_url
from tenants.services.archiving import (
    NotArchived,
    NotSuspended,
    Order,
    archive_tenant,
    order_archive,
    order_restore,
    restore_tenant,
    run_ordered,
)
from tenants.services.demos import (
    DemoFacts,
    NotDemo,
    describe_demo,
    find_demo,
    order_demo_year,
    order_wipe,
    wipe_demo,
    wipe_ordered,
)
from tenants.services.letters import DeadLetter, list_dead_letters, retry_dead_letter
from tenants.services.moving import HostInvalid, HostNotServed, HostTaken, move_host
from tenants.services.provisioning import (
    Provisioned,
    SlugInvalid,
    SlugTaken,
    ensure_platform,
    has_platform,
    order_tenant,
    provision_ordered,
    provision_tenant,
)
from tenants.services.states import resume_tenant, suspend_tenant
from tenants.services.usage import Usage, list_usage

__all__ = [
    "DeadLetter",
    "DemoFacts",
    "HostInvalid",
    "HostNotServed",
    "HostTaken",
    "NotArchived",
    "NotDemo",
    "NotSuspended",
    "Order",
    "Provisioned",
    "SlugInvalid",
    "SlugTaken",
    "TenantReport",
    "Usage",
    "archive_tenant",
    "describe_demo",
    "ensure_platform",
    "find_demo",
    "has_platform",
    "list_dead_letters",
    "list_tenant_reports",
    "list_usage",
    "move_host",
    "order_archive",
    "order_demo_year",
    "order_restore",
    "order_tenant",
    "order_wipe",
    "provision_ordered",
    "provision_tenant",
    "report_tenant",
    "restore_tenant",
    "resume_tenant",
    "retry_dead_letter",
    "run_ordered",
    "staff_url",
    "suspend_tenant",
    "wipe_demo",
    "wipe_ordered",
]
