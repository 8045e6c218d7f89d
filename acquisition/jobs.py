"""Work owed about cards and those who come through them."""

import datetime as dt

from acquisition import services
from core.jobs import Payload, job
from org.models import Staff


@job("acquisition.identify_contact", max_attempts=20)
def identify_contact(payload: Payload) -> None:
    services.identify_contact(
        staff=Staff.objects.get(pk=payload["staff_id"]),
        external_userid=payload["external_userid"],
        state=payload["state"],
        event_at=dt.datetime.fromisoformat(payload["event_at"]),
    )


@job("acquisition.part_contact", max_attempts=20)
def part_contact(payload: Payload) -> None:
    services.part_contact(
        staff=Staff.objects.get(pk=payload["staff_id"]),
        external_userid=payload["external_userid"],
        by=payload["by"],
        event_at=dt.datetime.fromisoformat(payload["event_at"]),
    )


@job("acquisition.match_contact")
def match_contact(payload: Payload) -> None:
    services.match_contact(contact_id=payload["contact_id"])


@job("acquisition.card_claimed")
def card_claimed(payload: Payload) -> None:
    services.note_claimed(entitlement_id=payload["entitlement_id"])


@job("acquisition.card_redeemed")
def card_redeemed(payload: Payload) -> None:
    services.note_redeemed(entitlement_id=payload["entitlement_id"])


@job("acquisition.release_hold")
def release_hold(payload: Payload) -> None:
    services.release_hold(scan_id=payload["scan_id"])


@job("acquisition.ensure_pool", lane="sync", every=dt.timedelta(minutes=5))
def ensure_pool(payload: Payload) -> None:
    services.ensure_pool()


@job("acquisition.fill_pool", lane="sync", max_attempts=3)
def fill_pool(payload: Payload) -> None:
    services.fill_pool(staff=Staff.objects.get(pk=payload["staff_id"]))


@job("acquisition.expire_scans", lane="nightly", daily_at=dt.time(3, 10))
def expire_scans(payload: Payload) -> None:
    services.expire_scans()
