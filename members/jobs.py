"""Work owed about people."""

import datetime as dt

from core.jobs import Payload, job
from members import services
from org.models import Staff


@job("members.refresh_contact", lane="sync")
def refresh_contact(payload: Payload) -> None:
    staff = Staff.objects.get(pk=payload["staff_id"])
    services.refresh_contact(staff=staff, external_userid=payload["external_userid"])


@job("members.sync_contacts", lane="nightly", daily_at=dt.time(2, 30))
def sync_contacts(payload: Payload) -> None:
    services.sync_all_contacts()


@job("members.sync_staff", lane="sync", lease_seconds=600)
def sync_staff(payload: Payload) -> None:
    services.sync_contacts_of(staff=Staff.objects.get(pk=payload["staff_id"]))


@job("members.push_tags", lane="sync")
def push_tags(payload: Payload) -> None:
    services.push_tags(contact_id=payload["contact_id"], newest=payload["newest"])
