"""演示数据: what this demonstration holds, and the one click that takes it away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core import ports
from org.contracts import Demonstration, policy
from org.selectors import is_allowed
from pages.http import staff_of


@policy("staff", "demo.view")
@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    house = ports.get(Demonstration)
    rows, can_wipe = house.describe(), is_allowed(staff_of(request), "demo.wipe")
    context = {"rows": rows, "can_wipe": can_wipe}
    if request.method == "POST":
        if rows is None or not can_wipe:
            messages.error(request, "这里没有可以清除的演示数据")
            return redirect("/settings/demo")
        house.order_wipe()
        context["wiping"] = True
    return render(request, "dashboard/settings/demo.html", context)
