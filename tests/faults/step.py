"""One step of a withdrawal in a process of its own: `python -m tests.faults.step SLUG ID`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyu.settings")
django.setup()

from distribution.services import advance_payout  # noqa: E402
from tenants.context import entered  # noqa: E402
from tenants.models import Tenant  # noqa: E402


def main(slug: str, withdrawal_id: int) -> None:
    with entered(Tenant.objects.get(slug=slug)):
        advance_payout(withdrawal_id)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
