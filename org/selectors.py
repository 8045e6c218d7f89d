"""Reading the org: always through the eyes of an actor where one is asking."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from core import ports
from core.errors import NotFound
from org.contracts import BrandConnections, CapabilityMissing, RightsMatrix, Role
from org.models import ApiKey, OrgUnit, Staff


def is_allowed(actor: Staff, capability: str) -> bool:
    return ports.get(RightsMatrix).allows(actor.role, capability)


def require(actor: Staff, capability: str) -> None:
    """Raise `CapabilityMissing` unless the actor's role has the capability."""
    if not is_allowed(actor, capability):
        raise CapabilityMissing(capability=capability)


def list_units_for(actor: Staff) -> QuerySet[OrgUnit]:
    """The actor's unit and all below it; the whole tree for one without a unit."""
    units = OrgUnit.objects.order_by("path")
    if actor.unit is None:
        return units if actor.role in (Role.ADMIN, Role.PLATFORM) else units.none()
    return units.filter(path__startswith=actor.unit.path)


def list_units_with_size(actor: Staff) -> list[OrgUnit]:
    """The actor's tree with `guides` and `depth` set on each node, top-down."""
    units: list[OrgUnit] = list(
        list_units_for(actor).annotate(
            guides=Count("staff", filter=Q(staff__role=Role.GUIDE, staff__is_active=True))
        )
    )
    for unit in units:
        unit.depth = unit.path.count("/") - 2  # type: ignore[attr-defined]
    return units


def list_api_keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.select_related("unit").order_by("-created_at", "-pk")


def get_api_key(public_id: str) -> ApiKey:
    found = ApiKey.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def describe_connections() -> dict[str, Any]:
    """What is connected, and what the last check of each said; {} where nothing can be."""
    connections = ports.find(BrandConnections)
    return connections.describe() if connections else {}


def scope_path(actor: Staff) -> str:
    """The path prefix that bounds what the actor may see; "/" is everything."""
    if actor.unit is not None:
        return actor.unit.path
    return "/" if actor.role in (Role.ADMIN, Role.PLATFORM) else "/none/"


def get_unit(unit_id: int) -> OrgUnit:
    return OrgUnit.objects.get(pk=unit_id)


def name_units_for(actor: Staff, ids: Iterable[int]) -> dict[str, str]:
    """{id: name} of the actor's units and of the brand above them, to label figures."""
    rows = list_units_for(actor).order_by() | list_brands_for(actor).order_by()
    return {str(pk): name for pk, name in rows.filter(pk__in=list(ids)).values_list("pk", "name")}


def list_brands_for(actor: Staff) -> QuerySet[OrgUnit]:
    """The brands in the actor's subtree; the brand above, for one of its stores."""
    brands = OrgUnit.objects.filter(kind=OrgUnit.Kind.BRAND).order_by("pk")
    path = scope_path(actor)
    if path == "/":
        return brands
    above = [int(part) for part in path.strip("/").split("/") if part.isdigit()]
    return brands.filter(Q(path__startswith=path) | Q(pk__in=above))


def find_units_in(ids: Iterable[int], city: str) -> set[int]:
    """Those of the units that stand in a city, 杭州 and 杭州市 being one."""
    name = city.removesuffix("市")
    there = OrgUnit.objects.filter(pk__in=ids, city__startswith=name)
    return set(there.values_list("pk", flat=True))


def find_unit_by_code(code: str) -> OrgUnit | None:
    return OrgUnit.objects.filter(code=code).first()


def get_unit_for(actor: Staff, public_id: str) -> OrgUnit:
    unit = list_units_for(actor).filter(public_id=public_id).first()
    if unit is None:
        raise NotFound
    return unit


def list_staff_for(actor: Staff) -> QuerySet[Staff]:
    staff = Staff.objects.select_related("unit").order_by("unit__path", "name", "pk")
    if scope_path(actor) == "/":
        return staff
    return staff.filter(unit__path__startswith=scope_path(actor))


def get_staff_for(actor: Staff, public_id: str) -> Staff:
    found = list_staff_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def find_staff(staff_id: int) -> Staff | None:
    return Staff.objects.select_related("unit").filter(pk=staff_id).first()


def find_guide_by_wecom(userid: str) -> Staff | None:
    """WeCom ids ignore case."""
    rows = Staff.objects.select_related("unit").filter(is_active=True)
    return rows.filter(wecom_userid__iexact=userid).first()


def list_guides_on_duty(unit_path: str = "/") -> QuerySet[Staff]:
    """Guides who can be added now: active, on duty, known to WeCom."""
    rows = Staff.objects.filter(
        role=Role.GUIDE, is_active=True, is_on_duty=True, wecom_userid__isnull=False
    ).select_related("unit")
    if unit_path != "/":
        rows = rows.filter(unit__path__startswith=unit_path)
    return rows.order_by("pk")


def find_brand_of(unit: OrgUnit) -> OrgUnit | None:
    """The brand above a unit, or the unit itself."""
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    return OrgUnit.objects.filter(pk__in=ids, kind=OrgUnit.Kind.BRAND).first()


def find_default_brand() -> OrgUnit | None:
    return OrgUnit.objects.filter(kind=OrgUnit.Kind.BRAND).order_by("pk").first()
