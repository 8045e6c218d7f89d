"""A merchant whose commands run as processes of their own, so that one can be killed."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from org.services import create_unit
from tenants.context import entered
from tenants.models import Tenant
from tenants.roles import ROLE

ROOT = Path(__file__).resolve().parents[2]
LONGEST_RUN = 300


@dataclass(frozen=True)
class Merchant:
    """`manage` runs a command for this merchant against the test's own database."""

    tenant: Tenant

    def manage(self, command, *args, crash_at="", expect=0):
        done = subprocess.run(
            [sys.executable, "manage.py", command, "--tenant", self.tenant.slug, "--json"]
            + [str(arg) for arg in args],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": _url(), "SIYU_DB_ROLE": ROLE, "CRASH_AT": crash_at},
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN,
        )
        assert done.returncode == expect, done.stderr
        return done

    def report(self, command, *args):
        return json.loads(self.manage(command, *args).stdout.splitlines()[-1])

    def entered(self):
        return entered(self.tenant)


def open_merchant(tenant):
    """With one brand, as provisioning leaves it."""
    with entered(tenant):
        create_unit(kind="brand", name="实测品牌", code="brand")
    return Merchant(tenant)


def _url():
    """The settings' address with the database that this test run made."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
