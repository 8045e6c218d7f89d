"""A merchant of its own that pays its guides through the twin: real commits, real HTTP."""

import datetime as dt
import os
import secrets
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from core import clock
from core.errors import PortFailure
from core.jobs import RetryLater
from distribution.models import Withdrawal
from distribution.services import advance_payout
from org.models import Staff
from org.services import create_staff, create_unit
from tenants.models import Tenant
from tenants.roles import ROLE
from tests.distribution.payees import bind, earn
from tests.twin_process import BASES, ROOT, TwinProcess
from wechatpay.models import PayMerchant
from wechatpay.services import connect_wechatpay
from wecom.logins import MpCustomerDirectory
from wecom.services import connect_mp

TRANSFER = "fund-app/mch-transfer/transfer-bills"


@dataclass
class Purse:
    """A guide whose WeChat the twin knows, and what the twin says of their money."""

    twin: TwinProcess
    tenant: Tenant
    merchant: PayMerchant
    guide: Staff
    person: str

    def bills(self) -> list[dict[str, Any]]:
        found = self.twin.get("state/transfers", mchid=self.merchant.mchid)["transfers"]
        return list(found)

    def paid(self) -> list[tuple[str, int]]:
        """(number, fen) of every transfer that reached somebody."""
        return [
            (bill["out_bill_no"], bill["transfer_amount"])
            for bill in self.bills()
            if bill["state"] == "SUCCESS"
        ]

    def confirm(self, row: Withdrawal) -> None:
        """The person takes the money; it is theirs at once."""
        self.twin.post("act/confirm_transfer", out_bill_no=row.out_bill_no, person=self.person)

    def fault(self, mode: str, times: int = 1, **options: Any) -> None:
        self.twin.post("faults", api=TRANSFER, mode=mode, times=times, **options)


def open_purse(twin: TwinProcess, tenant: Tenant) -> Purse:
    """Stand on the tenant's schema before."""
    brand = create_unit(kind="brand", name="实测品牌", code="real")
    store = create_unit(kind="store", name="实测店", code="s", parent=brand)
    guide = create_staff(username="cai", name="蔡", role="guide", unit=store)
    appid, mchid = f"wx{secrets.token_hex(8)}", str(1_000_000_000 + secrets.randbelow(10**9))
    secret, key = secrets.token_hex(16), secrets.token_hex(16)
    twin.post("mps", appid=appid, secret=secret, name="实测", oauth_domains=["m.x.localhost"])
    made = twin.post("merchants", mchid=mchid, appid=appid, apiv3_key=key)
    connect_mp(appid=appid, secret=secret)
    names = ("serial", "private_key_pem", "public_key_id", "public_key_pem")
    merchant = connect_wechatpay(
        mchid=mchid, appid=appid, apiv3_key=key, **{name: made[name] for name in names}
    )
    person, openid = befriend(twin)
    bind(guide, openid, appid=appid)
    earn(guide, 15_000)
    return Purse(twin, tenant, merchant, guide, person)


def befriend(twin: TwinProcess) -> tuple[str, str]:
    """A person and the openid under which the connected 公众号 knows them."""
    person = twin.post("people", name="蔡")["person"]
    directory = MpCustomerDirectory()
    url = directory.authorize_url("https://m.x.localhost/back", "s1")
    return person, directory.identify(twin.consent(person, url)).openid


def advance(row: Withdrawal, minutes: float = 0) -> Withdrawal:
    """A step so many minutes from now, whatever it meets."""
    with (
        clock.frozen(clock.real_now() + dt.timedelta(minutes=minutes)),
        suppress(PortFailure, RetryLater),
    ):
        advance_payout(row.pk)
    row.refresh_from_db()
    return row


def step_in_a_process(purse: Purse, row: Withdrawal, crash_at: str) -> int:
    """The same step in a process of its own that dies at a named point; how it ended."""
    base = purse.twin.base
    settings = {
        "DATABASE_URL": database_url(),
        "SIYU_DB_ROLE": ROLE,
        "CRASH_AT": crash_at,
        **dict.fromkeys(BASES, base),
    }
    command = [sys.executable, "-m", "tests.faults.step", purse.tenant.slug, str(row.pk)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, timeout=60
    )
    row.refresh_from_db()
    return done.returncode


def database_url() -> str:
    """The settings' address with the database that this test run made."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
