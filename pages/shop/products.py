"""What is for sale. The product page is where a purchase begins; the home is a short list."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from acquisition.contracts import NoGuideAvailable
from acquisition.models import ContactWay
from acquisition.services import ensure_guide_way
from mall.selectors import (
    count_recent_buyers,
    find_freight_of,
    find_freight_rule,
    get_product,
    list_open_sales,
    list_products_on_sale,
    list_skus_of,
)
from members.selectors import list_contacts_of
from org.contracts import policy
from org.models import Staff
from org.selectors import find_default_brand
from pages.http import page_of
from pages.shop.http import find_visitor
from pages.shop.sharing import find_sharer_link


@policy("public")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    brand = find_default_brand()
    rows: Any = list_products_on_sale(brand) if brand else ()
    return render(request, "shop/home.html", {"brand": brand, "page": page_of(request, rows)})


@policy("public", object_kind="product")
@require_GET
def product(request: HttpRequest, product_id: str) -> HttpResponse:
    found = get_product(product_id)
    link = find_sharer_link(request, found)
    skus = list(list_skus_of(found))
    context = {
        "product": found,
        "skus": skus,
        "chosen": _first_left(skus),
        "price": _price(skus),
        "buyers": count_recent_buyers(found),
        "freight": find_freight_rule(found.brand),
        "template": find_freight_of(found),
        "sales": list(list_open_sales([sku.pk for sku in skus])),
        "sharer": link.guide if link else None,
    }
    return render(request, "shop/product.html", context)


@policy("public", object_kind="product")
@require_GET
def guide(request: HttpRequest, product_id: str) -> HttpResponse:
    """Whom to ask: the chat where there is one already, else the code to add them."""
    found = get_product(product_id)
    link = find_sharer_link(request, found)
    friends = _friends_of(request)
    adviser = link.guide if link else next(iter(friends), None)
    context: dict[str, Any] = {"product": found, "guide": adviser, "is_friend": adviser in friends}
    if adviser is not None and not context["is_friend"]:
        context["way"] = _find_way(adviser)
    return render(request, "shop/guide.html", context)


def _friends_of(request: HttpRequest) -> list[Staff]:
    """The guides whom a customer has on WeChat, the newest first."""
    customer = find_visitor(request)
    if customer is None:
        return []
    return [one.staff for one in list_contacts_of(customer.member).filter(is_active=True)]


def _find_way(adviser: Staff) -> ContactWay | None:
    try:
        return ensure_guide_way(staff=adviser)
    except NoGuideAvailable:
        return None


def _first_left(skus: Sequence[Any]) -> Any:
    """The variant that is chosen at first: one that can be bought."""
    left = [sku for sku in skus if (sku.free or 0) > 0]
    return left[0] if left else None


def _price(skus: Sequence[Any]) -> dict[str, Any]:
    """The least price, whether others cost more, and its reference price when that is higher."""
    if not skus:
        return {"fen": None, "is_from": False, "reference_fen": None}
    cheapest = min(skus, key=lambda sku: sku.price_fen)
    reference = cheapest.reference_price_fen
    return {
        "fen": cheapest.price_fen,
        "is_from": any(sku.price_fen != cheapest.price_fen for sku in skus),
        "reference_fen": reference if reference and reference > cheapest.price_fen else None,
    }
