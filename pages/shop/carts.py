"""The cart: what somebody means to buy, and what has become of it since."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import NotFound, Refusal
from mall.models import Sku
from mall.selectors import find_sku_by_code, list_cart
from mall.services import add_to_cart, change_cart
from org.contracts import policy
from pages.shop.baskets import pieces_in
from pages.shop.http import customer_of


@policy("customer")
@require_http_methods(["GET", "POST"])
def cart(request: HttpRequest) -> HttpResponse:
    """A POST sets the pieces of one SKU; none takes it out."""
    if request.method == "POST":
        try:
            quantity = pieces_in(request.POST)
            change_cart(customer=customer_of(request), sku=_sku(request), quantity=quantity)
        except Refusal as refused:
            messages.warning(request, refused.text)
        return redirect("/cart")
    parts = list_cart(customer_of(request))
    context = {"parts": parts, "total_fen": sum(part.buyable_fen for part in parts)}
    return render(request, "shop/cart.html", context)


@policy("customer")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Whoever had to log in first finds what they chose again, and one button."""
    if request.method != "POST":
        sku, pieces = _sku(request), pieces_in(request.GET)
        return render(request, "shop/cart_add.html", {"sku": sku, "pieces": pieces})
    sku = _sku(request)
    try:
        add_to_cart(customer=customer_of(request), sku=sku, quantity=pieces_in(request.POST))
        messages.success(request, "已加入购物车")
    except Refusal as refused:
        messages.warning(request, refused.text)
    return redirect(f"/p/{sku.product.public_id}")


def _sku(request: HttpRequest) -> Sku:
    fields = request.POST if request.method == "POST" else request.GET
    found = find_sku_by_code(str(fields.get("sku", ""))[:64])
    if found is None:
        raise NotFound
    return found
