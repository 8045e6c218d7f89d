"""演示数据: what this demonstration holds, and the one click that takes it away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import ports
from org.contracts import Demonstration, policy

TEMPLATE = "dashboard/settings/demo.html"


@policy("staff", "demo.view")
@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    return render(request, TEMPLATE, {"rows": ports.get(Demonstration).describe()})


@policy("staff", "demo.wipe")
@require_POST
def wipe(request: HttpRequest) -> HttpResponse:
    """The answer is the last page of this merchant, so it is no redirect."""
    house = ports.get(Demonstration)
    rows = house.describe()
    if rows is None:
        messages.error(request, "这里没有可以清除的演示数据")
        return redirect("/settings/demo")
    house.order_wipe()
    return render(request, TEMPLATE, {"rows": rows, "wiping": True})
