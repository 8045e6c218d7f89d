"""The address book, also as the list from which a checkout takes its address."""

from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refusal
from mall.contracts import Receiver
from mall.models import Address
from mall.selectors import get_address_of, list_addresses_of, receiver_of
from mall.services import delete_address, save_address, set_default_address
from org.contracts import policy
from pages.http import safe_next
from pages.shop.forms import ReceiverForm
from pages.shop.http import customer_of
from pages.shop.pasting import take_apart


@policy("customer")
@require_GET
def addresses(request: HttpRequest) -> HttpResponse:
    """With `next`, a tap on an address goes back there with it."""
    back = safe_next(request, "")
    rows = [(row, _back_with(back, row)) for row in list_addresses_of(customer_of(request))]
    return render(request, "shop/address/list.html", {"rows": rows, "back": back})


@policy("customer")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@policy("customer", object_kind="address")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, address_id: str) -> HttpResponse:
    return _edit(request, get_address_of(customer_of(request), address_id))


@policy("customer", object_kind="address")
@require_POST
def make_default(request: HttpRequest, address_id: str) -> HttpResponse:
    set_default_address(address=get_address_of(customer_of(request), address_id))
    return _done(request, "已设为默认地址")


@policy("customer", object_kind="address")
@require_POST
def remove(request: HttpRequest, address_id: str) -> HttpResponse:
    delete_address(address=get_address_of(customer_of(request), address_id))
    return _done(request, "地址已删除")


def _edit(request: HttpRequest, found: Address | None) -> HttpResponse:
    is_save = request.method == "POST" and "paste" not in request.POST
    form = ReceiverForm(request.POST if is_save else None, known=_known(request, found))
    refused = None
    if is_save and form.is_valid():
        try:
            saved = save_address(
                customer=customer_of(request),
                receiver=form.receiver(),
                address=found,
                is_default="is_default" in request.POST,
            )
        except Refusal as error:
            refused = error
        else:
            messages.success(request, "地址已保存")
            return redirect(_back_with(safe_next(request, ""), saved) or "/addresses")
    context = {"form": form, "address": found, "refused": refused, "back": safe_next(request, "")}
    return render(request, "shop/address/edit.html", context)


def _known(request: HttpRequest, found: Address | None) -> Receiver | None:
    if "paste" in request.POST:
        return take_apart(str(request.POST.get("whole", "")))
    return receiver_of(found) if found else None


def _back_with(back: str, address: Address) -> str:
    """The page that asked for an address, with this one; "" when none asked."""
    if not back:
        return ""
    joiner = "&" if urlsplit(back).query else "?"
    return f"{back}{joiner}{urlencode({'address': address.public_id})}"


def _done(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    back = safe_next(request, "")
    return redirect(f"/addresses?{urlencode({'next': back})}" if back else "/addresses")
