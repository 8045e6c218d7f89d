"""Importing in a test as a command does it."""

import json
from io import StringIO

from django.core.management import call_command

from core.models import LongTask
from mall.services import order_import, run_import
from org.selectors import find_default_brand


def run(path, platform="tmall", **options):
    """Order an import and run it to its end; the task."""
    task = order_import(path=path, platform=platform, brand=find_default_brand(), **options)
    run_import(task.pk)
    return LongTask.objects.get(pk=task.pk)


def command(*args, tenant="aurora"):
    """`import_orders --json`: the object on its last line."""
    out = StringIO()
    call_command(
        "import_orders",
        "--tenant",
        tenant,
        *map(str, args),
        "--json",
        stdout=out,
        stderr=StringIO(),
    )
    return json.loads(out.getvalue().splitlines()[-1])
