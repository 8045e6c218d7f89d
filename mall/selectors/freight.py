"""What delivery costs to a place (docs/rules.md, 运费)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.errors import NotFound
from mall.amounts import freight_of, freight_of_units
from mall.contracts import NotDelivered, Place
from mall.models import FreightRule, FreightTemplate, Product
from org.models import Staff
from org.selectors import list_brands_for

ABROAD = ("台湾", "香港", "澳门")
"""Regions that no zone serves unless it names them."""

_ENDINGS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市")


@dataclass(frozen=True)
class Goods:
    """Pieces of a product that are to be sent, what they are worth and weigh."""

    product: Product
    amount_fen: int
    pieces: int
    weight_g: int


def quote_freight(brand_id: int, goods: Iterable[Goods], place: Place) -> int:
    """Fen for delivering a brand's goods to a place; refuses `NotDelivered`.

    Goods of one template are counted together; the fees of several add up. Where a brand
    has no template its flat rule holds. An unknown place costs what everywhere else does.
    """
    fallback = FreightTemplate.objects.filter(brand_id=brand_id, is_default=True).first()
    groups: dict[FreightTemplate | None, list[Goods]] = {}
    for one in goods:
        template = one.product.freight if one.product.freight_id else fallback
        groups.setdefault(template, []).append(one)
    return sum(_fee(brand_id, template, part, place) for template, part in groups.items())


def _fee(
    brand_id: int, template: FreightTemplate | None, goods: Sequence[Goods], place: Place
) -> int:
    amount_fen = sum(one.amount_fen for one in goods)
    if template is None:
        _refuse_abroad(place, ())
        return _flat_fee(brand_id, amount_fen)
    zone = _zone_for(template, place)
    pieces = sum(one.pieces for one in goods)
    if _is_free(template, amount_fen, pieces):
        return 0
    weighs = template.basis == FreightTemplate.Basis.WEIGHT
    units = sum(one.weight_g for one in goods) if weighs else pieces
    return freight_of_units(
        units,
        first=zone["first"],
        first_fee_fen=zone["first_fee_fen"],
        step=zone["next"],
        step_fee_fen=zone["next_fee_fen"],
    )


ZONE_NUMBERS = ("first", "first_fee_fen", "next", "next_fee_fen")


def _flat_fee(brand_id: int, amount_fen: int) -> int:
    rule = FreightRule.objects.filter(brand_id=brand_id).first()
    if rule is None:
        return 0
    return freight_of(amount_fen, fee_fen=rule.fee_fen, free_from_fen=rule.free_from_fen)


def _is_free(template: FreightTemplate, amount_fen: int, pieces: int) -> bool:
    enough_worth = 0 < template.free_from_fen <= amount_fen
    return enough_worth or 0 < template.free_from_pieces <= pieces


def _zone_for(template: FreightTemplate, place: Place) -> Mapping[str, Any]:
    """The zone that names the place, a city before its province; else everywhere else's."""
    if _names(place) & {plain(region) for region in template.refused}:
        raise NotDelivered(province=place.province, city=place.city)
    zones: list[Mapping[str, Any]] = template.zones
    named = {plain(region): zone for zone in zones for region in zone["regions"]}
    _refuse_abroad(place, named)
    for name in (plain(place.city), plain(place.province)):
        if name in named:
            return named[name]
    return next(zone for zone in zones if not zone["regions"])


def _refuse_abroad(place: Place, named: Iterable[str]) -> None:
    if _names(place) & set(ABROAD) - set(named):
        raise NotDelivered(province=place.province, city=place.city)


def _names(place: Place) -> set[str]:
    return {plain(place.province), plain(place.city)} - {""}


def plain(region: str) -> str:
    """A region without its kind: 广西壮族自治区 and 广西 are one."""
    text = region.strip()
    for ending in _ENDINGS:
        if text.endswith(ending) and len(text) > len(ending):
            return text.removesuffix(ending)
    return text


def find_freight_of(product: Product) -> FreightTemplate | None:
    """The template that a product is sent by, its own or its brand's; None for a flat rule."""
    if product.freight is not None:
        return product.freight
    return FreightTemplate.objects.filter(brand_id=product.brand_id, is_default=True).first()


def list_templates_for(actor: Staff) -> QuerySet[FreightTemplate]:
    """Templates of the brands in the actor's reach, the default first."""
    brands = list_brands_for(actor).order_by().values("pk")
    rows = FreightTemplate.objects.filter(brand__in=brands).select_related("brand")
    return rows.order_by("brand__name", "-is_default", "pk")


def get_template_for(actor: Staff, public_id: str) -> FreightTemplate:
    found = list_templates_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
