"""The staff host with views that break every rule: what the matrix must catch."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from mall.models import Order
from members.models import Member
from org.contracts import policy
from org.models import Staff
from tenants.context import entered
from tenants.models import Tenant

OTHER = "breeze-access"


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ran")


@policy("stafff")
def misspelt(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ran")


@policy("api")
def api(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ran")


@policy("staff", "orders.view", object_kind="order")
def any_order(request: HttpRequest, order_id: str) -> HttpResponse:
    """Whoever's order it is: no look through the eyes of the actor."""
    found = Order.objects.filter(public_id=order_id).first()
    return HttpResponse("" if found is None else str(found.member), status=200 if found else 404)


@policy("staff", "orders.view")
def other_members(request: HttpRequest) -> HttpResponse:
    """Another merchant's people in a file."""
    with _other():
        names = "\n".join(Member.objects.values_list("name", flat=True))
    return HttpResponse(names, content_type="text/csv")


@policy("staff", "orders.view")
def other_in_header(request: HttpRequest) -> HttpResponse:
    with _other():
        name = Staff.objects.order_by("pk")[0].name
    return HttpResponse("", headers={"X-Served-By": name})


@policy("staff", "orders.view")
def other_in_cookie(request: HttpRequest) -> HttpResponse:
    with _other():
        name = Staff.objects.order_by("pk")[0].name
    answer = HttpResponse("")
    answer.set_cookie("hint", name)
    return answer


@policy("staff", "orders.view")
def other_written(request: HttpRequest) -> HttpResponse:
    """A write that lands in another merchant's table."""
    if request.method == "POST":
        with _other():
            Staff.objects.update(is_on_duty=False)
    return HttpResponse("", status=200 if request.method == "POST" else 405)


@policy("public")
def open_door(request: HttpRequest) -> HttpResponse:
    """A page for staff that forgot to say so."""
    return HttpResponse(", ".join(Member.objects.values_list("name", flat=True)))


@policy("staff", "orders.view", object_kind="order")
def oracle(request: HttpRequest, order_id: str) -> HttpResponse:
    """Tells what is not yours from what is not there."""
    if not Order.objects.filter(public_id=order_id).exists():
        return HttpResponse("没有这张订单", status=404)
    return HttpResponse("这是别人的订单", status=404)


@policy("staff", "orders.view")
def broken(request: HttpRequest) -> HttpResponse:
    raise KeyError("price")


def _other() -> Any:
    return entered(Tenant.objects.get(slug=OTHER))


urlpatterns: list[URLPattern | URLResolver] = [
    path("leaky/undeclared", undeclared),
    path("leaky/misspelt", misspelt),
    path("leaky/api", api),
    path("leaky/orders/<str:order_id>", any_order),
    path("leaky/members", other_members),
    path("leaky/header", other_in_header),
    path("leaky/cookie", other_in_cookie),
    path("leaky/written", other_written),
    path("leaky/open", open_door),
    path("leaky/oracle/<str:order_id>", oracle),
    path("leaky/broken", broken),
    path("", include("siyu.urls.staff")),
]

handler404 = "pages.errors.not_found"
handler500 = "pages.errors.server_error"
