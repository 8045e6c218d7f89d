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

    def begin(self, command, *args, crash_at=""):
        """Start a command and come back at once."""
        return subprocess.Popen(
            [sys.executable, "manage.py", command, "--tenant", self.tenant.slug, "--json"]
            + [str(arg) for arg in args],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": _url(), "SIYU_DB_ROLE": ROLE, "CRASH_AT": crash_at},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, command, *args, crash_at="", expect=0):
        """Run a command to its end; what it printed."""
        process = self.begin(command, *args, crash_at=crash_at)
        out, err = process.communicate(timeout=LONGEST_RUN)
        assert process.returncode == expect, err
        return out

    def report(self, command, *args):
        return json.loads(self.manage(command, *args).splitlines()[-1])

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
