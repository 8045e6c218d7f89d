"""Writing the org: units, staff, logins, API keys."""

import csv
import datetime as dt
import hashlib
import hmac
import io
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from core import audit, clock, ports
from core.errors import InvalidInput
from core.ids import random_text
from org.contracts import BrandConnections, ConnectionCheck, LoginLocked, LoginRefused, Role
from org.models import ApiKey, OrgUnit, Staff

__all__ = [
    "check_brand",
    "check_password_login",
    "connect_brand",
    "create_api_key",
    "create_staff",
    "create_unit",
    "find_api_key",
    "import_units",
    "reset_password",
    "revoke_api_key",
    "set_on_duty",
    "set_staff_active",
]

MAX_FAILURES = 5
LOCK_MINUTES = 15

_PARENTS = {
    OrgUnit.Kind.BRAND: (None,),
    OrgUnit.Kind.REGION: (OrgUnit.Kind.BRAND,),
    OrgUnit.Kind.DEALER: (OrgUnit.Kind.BRAND, OrgUnit.Kind.REGION),
    OrgUnit.Kind.STORE: (
        OrgUnit.Kind.BRAND,
        OrgUnit.Kind.REGION,
        OrgUnit.Kind.DEALER,
    ),
}


class UnitMisplaced(InvalidInput):
    code = "unit_misplaced"
    message = "这种组织不能放在这一级下面"


class UsernameTaken(InvalidInput):
    code = "username_taken"
    message = "这个登录名已被使用"


@transaction.atomic
def create_unit(
    *,
    kind: str,
    name: str,
    code: str,
    parent: OrgUnit | None = None,
    city: str = "",
    address: str = "",
) -> OrgUnit:
    """Add a node below `parent`; refuses `UnitMisplaced`."""
    kinds = _PARENTS[OrgUnit.Kind(kind)]
    if (parent.kind if parent else None) not in kinds:
        raise UnitMisplaced(kind=kind)
    if OrgUnit.objects.filter(code=code).exists():
        raise InvalidInput(f"组织编码 {code} 已存在")

    unit = OrgUnit.objects.create(
        kind=kind,
        name=name,
        code=code,
        parent=parent,
        city=city,
        address=address,
        path="",
        created_at=clock.now(),
    )
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])

    audit.record("org.unit.created", unit, after={"name": name, "kind": kind})
    return unit


@transaction.atomic
def create_staff(
    *,
    username: str,
    name: str,
    role: str,
    unit: OrgUnit | None,
    password: str | None = None,
    wecom_userid: str | None = None,
    phone: str = "",
) -> Staff:
    """Add a person; without a password only WeCom can log them in."""
    if Role(role) in (Role.GUIDE, Role.MANAGER) and unit is None:
        raise InvalidInput("导购和店长必须属于一个门店或组织")
    if Role(role) is Role.ADMIN and unit is not None:
        raise InvalidInput("商家管理员管理整个商家，不限定在一个组织")
    if Staff.objects.filter(username=username).exists():
        raise UsernameTaken(username=username)

    staff = Staff(
        username=username,
        name=name,
        role=Role(role).value,
        unit=unit,
        wecom_userid=wecom_userid,
        phone=phone,
        created_at=clock.now(),
    )
    if password:
        staff.set_password(password)
    else:
        staff.set_unusable_password()
    staff.save()

    audit.record("org.staff.created", staff, after={"name": name, "role": role})
    return staff


def check_password_login(*, username: str, password: str) -> Staff:
    """The person behind a password; refuses `LoginRefused` and `LoginLocked`.

    Five wrong passwords lock the account for fifteen minutes of real time. An unknown
    name costs the same hash as a known one.
    """
    now = clock.real_now()
    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        Staff().set_password(password)
        raise LoginRefused
    if staff.locked_until and staff.locked_until > now:
        raise LoginLocked
    if staff.is_active and staff.check_password(password):
        Staff.objects.filter(pk=staff.pk).update(failed_logins=0, locked_until=None, last_login=now)
        return staff
    _count_failure(staff, now)
    raise LoginRefused


def _count_failure(staff: Staff, now: dt.datetime) -> None:
    """Commit the count before refusing; the row lock keeps parallel guesses honest."""
    with transaction.atomic():
        row = Staff.objects.select_for_update().get(pk=staff.pk)
        row.failed_logins += 1
        if row.failed_logins >= MAX_FAILURES:
            row.failed_logins = 0
            row.locked_until = now + dt.timedelta(minutes=LOCK_MINUTES)
            audit.record("org.login.locked", row)
        row.save(update_fields=["failed_logins", "locked_until"])


@transaction.atomic
def reset_password(*, staff: Staff, password: str) -> None:
    staff.set_password(password)
    staff.failed_logins = 0
    staff.locked_until = None
    staff.save(update_fields=["password", "failed_logins", "locked_until"])
    audit.record("org.password.reset", staff)


@transaction.atomic
def set_staff_active(*, staff: Staff, is_active: bool, reason: str = "") -> None:
    Staff.objects.filter(pk=staff.pk).update(is_active=is_active)
    audit.record(
        "org.staff.activated" if is_active else "org.staff.deactivated",
        staff,
        reason=reason,
    )


@transaction.atomic
def set_on_duty(*, staff: Staff, is_on_duty: bool) -> None:
    Staff.objects.filter(pk=staff.pk).update(is_on_duty=is_on_duty)
    audit.record("org.staff.duty_changed", staff, after={"on_duty": is_on_duty})


@transaction.atomic
def create_api_key(*, name: str, role: str, unit: OrgUnit | None = None) -> tuple[ApiKey, str]:
    """A key and its secret `prefix.secret`, which is shown this once."""
    prefix, secret = random_text(50), random_text(160)
    key = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        secret_hash=_hash(secret),
        role=Role(role).value,
        unit=unit,
        created_at=clock.now(),
    )
    audit.record("org.api_key.created", key, after={"name": name, "role": role})
    return key, f"{prefix}.{secret}"


def find_api_key(token: str) -> ApiKey | None:
    """The live key behind a token, compared in constant time."""
    prefix, _, secret = token.partition(".")
    key = ApiKey.objects.select_related("unit").filter(prefix=prefix).first()
    if key is None or key.revoked_at is not None:
        return None
    return key if hmac.compare_digest(key.secret_hash, _hash(secret)) else None


@transaction.atomic
def revoke_api_key(*, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=clock.now())
    audit.record("org.api_key.revoked", key)


def connect_brand(kind: str, fields: dict[str, str]) -> list[ConnectionCheck]:
    """Connect WeCom, the 公众号 or WeChat Pay and check it; network, so no transaction."""
    checks = ports.get(BrandConnections).connect(kind, fields)
    audit.record(f"org.connection.{kind}.saved", after={"ok": all(c.ok for c in checks)})
    return checks


def check_brand(kind: str) -> list[ConnectionCheck]:
    return ports.get(BrandConnections).check(kind)


@dataclass(frozen=True)
class UnitImport:
    created: int
    unchanged: int
    problems: list[tuple[int, str]]


_IMPORT_COLUMNS = ("类型", "编码", "名称", "上级编码", "城市", "地址")
_KINDS = {label: value for value, label in OrgUnit.Kind.choices}


def import_units(content: bytes, *, dry_run: bool) -> UnitImport:
    """Units from a CSV with the columns 类型, 编码, 名称, 上级编码, 城市, 地址.

    Parents stand above their children. All or nothing: a problem in any row writes
    nothing; a code that exists is left as it is, so the file may be read twice.
    """
    with transaction.atomic():
        result = _read_units(_decode(content))
        if dry_run or result.problems:
            transaction.set_rollback(True)
    return result


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _read_units(text: str) -> UnitImport:
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in _IMPORT_COLUMNS[:4] if name not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInput(f"缺少列：{'、'.join(missing)}")
    created, unchanged, problems = 0, 0, []
    for number, row in enumerate(reader, start=2):
        try:
            if OrgUnit.objects.filter(code=row["编码"]).exists():
                unchanged += 1
                continue
            create_unit(**_unit_fields(row))
            created += 1
        except InvalidInput as refused:
            problems.append((number, refused.text))
    return UnitImport(created, unchanged, problems)


def _unit_fields(row: dict[str, str]) -> dict[str, Any]:
    if row["类型"] not in _KINDS:
        raise InvalidInput(f"类型「{row['类型']}」应为 {'、'.join(_KINDS)} 之一")
    parent = None
    if row["上级编码"]:
        parent = OrgUnit.objects.filter(code=row["上级编码"]).first()
        if parent is None:
            raise InvalidInput(f"没有编码为 {row['上级编码']} 的上级")
    if not row["编码"] or not row["名称"]:
        raise InvalidInput("编码和名称不能为空")
    return {
        "kind": _KINDS[row["类型"]],
        "code": row["编码"],
        "name": row["名称"],
        "parent": parent,
        "city": row.get("城市") or "",
        "address": row.get("地址") or "",
    }


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
