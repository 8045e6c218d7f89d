"""Writing freight templates: checked whole, so that every address has exactly one fee."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from core import audit, clock
from core.errors import InvalidInput
from core.locks import lock_name
from mall.models import FreightTemplate
from mall.selectors.freight import ZONE_NUMBERS, plain
from org.models import OrgUnit

MOST_ZONES = 40
MOST_FEN = 1_000_000


@dataclass(frozen=True)
class FreightTerms:
    """What a template says; see `FreightTemplate` for the units."""

    name: str
    basis: str
    zones: Sequence[Mapping[str, Any]]
    refused: Sequence[str] = ()
    free_from_fen: int = 0
    free_from_pieces: int = 0


@transaction.atomic
def save_freight_template(
    *,
    brand: OrgUnit,
    terms: FreightTerms,
    template: FreightTemplate | None = None,
    is_default: bool = False,
) -> FreightTemplate:
    """Add a template to a brand, or change one; orders from now on are quoted by it.

    Refuses `InvalidInput` for a region named twice, no zone for everywhere else, or
    numbers that make no fee. Locks: the brand's templates.
    """
    lock_name("mall.freight", brand.pk)
    checked = _check(terms)
    before = _as_plain(template) if template else {}

    if is_default:
        FreightTemplate.objects.filter(brand=brand).update(is_default=False)
    if template is None:
        template = FreightTemplate(brand=brand, created_at=clock.now())
    for name, value in checked.items():
        setattr(template, name, value)
    template.is_default = is_default
    template.save()

    audit.record("mall.freight.saved", template, before=before, after=_as_plain(template))
    return template


def _as_plain(template: FreightTemplate) -> dict[str, Any]:
    names = ("name", "basis", "zones", "refused", "free_from_fen", "free_from_pieces", "is_default")
    return {name: getattr(template, name) for name in names}


def _check(terms: FreightTerms) -> dict[str, Any]:
    name = terms.name.strip()
    if not name or terms.basis not in FreightTemplate.Basis.values:
        raise InvalidInput("请填写模板名称和计费方式")
    if min(terms.free_from_fen, terms.free_from_pieces) < 0:
        raise InvalidInput("包邮条件不能为负")
    zones = [_check_zone(zone) for zone in terms.zones]
    refused = _named(terms.refused)
    if len([zone for zone in zones if not zone["regions"]]) != 1:
        raise InvalidInput("请保留一行“其他地区”，没有点名的地方按它计费")
    named = [plain(region) for zone in zones for region in zone["regions"]]
    named += [plain(region) for region in refused]
    if len(named) != len(set(named)) or len(zones) > MOST_ZONES:
        raise InvalidInput("同一个地区只能出现一次")
    return {
        "name": name[:40],
        "basis": terms.basis,
        "zones": zones,
        "refused": refused,
        "free_from_fen": terms.free_from_fen,
        "free_from_pieces": terms.free_from_pieces,
    }


def _check_zone(zone: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: int(zone[name]) for name in ZONE_NUMBERS}
    if numbers["first"] < 0 or numbers["next"] < 1:
        raise InvalidInput("首件（首重）不能为负，续件（续重）至少为 1")
    if not all(0 <= numbers[name] <= MOST_FEN for name in ("first_fee_fen", "next_fee_fen")):
        raise InvalidInput("运费须在 0 到 10,000 元之间")
    return {"regions": _named(zone["regions"]), **numbers}


def _named(regions: Iterable[str]) -> list[str]:
    return [region.strip() for region in regions if region.strip()]
