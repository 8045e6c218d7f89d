"""Importing in a test as a command or a worker does it."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from core.models import LongTask
from mall.models import Order, OrderLine
from mall.services import order_import, run_import
from members.models import Identity, Member
from org.selectors import find_default_brand
from tenants.context import entered
from tests.conftest import tenant_called


def run(path, platform="tmall", **options):
    """Order an import and run it to its end; what it came to."""
    task = order_import(path=path, platform=platform, brand=find_default_brand(), **options)
    run_import(task.pk)
    task = LongTask.objects.get(pk=task.pk)
    assert task.state == LongTask.State.DONE, task.result
    return task.result


def done(result):
    """(created, updated, skipped)"""
    return result["created"], result["updated"], result["skipped"]


def command(*args):
    """`import_orders --json` for Aurora: the object on its last line, and stderr."""
    return _command("import_orders", *args)


def told_by(name, *args):
    """The object that any command of ours prints for Aurora."""
    return _command(name, *args)[0]


def _command(name, *args):
    out, err = StringIO(), StringIO()
    options = ["--tenant", "aurora", *map(str, args), "--json"]
    with entered(tenant_called("aurora")):
        call_command(name, *options, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def refusal(*args):
    """The sentence a refused command prints; it exits with 1 and prints no JSON."""
    out, err = StringIO(), StringIO()
    options = ["--tenant", "aurora", *map(str, args), "--json"]
    with entered(tenant_called("aurora")), pytest.raises(SystemExit) as ended:
        call_command("import_orders", *options, stdout=out, stderr=err)
    assert (ended.value.code, out.getvalue()) == (1, "")
    return err.getvalue().strip()


def stored():
    """Everything an import writes, as comparable rows without random ids."""
    heads = Order.objects.order_by("number").values(
        *("number", "kind", "state", "goods_fen", "freight_fen", "discount_fen", "total_fen"),
        *("paid_fen", "refunded_fen", "flags", "placed_at", "paid_at", "member_id"),
    )
    lines = OrderLine.objects.order_by("order__number", "pk").values(
        *("order__number", "sku_code", "title", "quantity", "price_fen", "amount_fen"),
        *("paid_fen", "refunded_fen"),
    )
    people = Member.objects.order_by("pk").values("pk", "phone_index", "source")
    return list(heads), list(lines), list(people), Identity.objects.count()
