"""A merchant goes into one file and comes back the same; others never notice."""

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from core import clock
from core.ids import public_id
from mall.models import Product
from members.models import Member
from org.contracts import Role
from org.models import OrgUnit
from org.services import create_staff, create_unit
from tenants.archives import reading, writing
from tenants.archives.catalog import copy_columns, list_tables
from tenants.archives.dropping import drop_data
from tenants.archives.reading import ArchiveBroken, StillThere, restore_archive
from tenants.archives.writing import NotCurrent, archive_folder, write_archive
from tenants.context import entered, to_public
from tenants.models import Domain, Tenant
from tenants.roles import ROLE
from tenants.services import (
    NotArchived,
    NotSuspended,
    archive_tenant,
    restore_tenant,
    resume_tenant,
    suspend_tenant,
    wipe_demo,
)
from tests.conftest import take_role
from tests.world import MONDAY, build_world


@pytest.fixture
def merchant(real_tenant: Callable[[], Tenant], tmp_path: Path, settings) -> Iterator[Tenant]:
    """One merchant with people, a product and a file, on the connection that may change all."""
    tenant = real_tenant()
    settings.MEDIA_ROOT = str(tmp_path / "media")
    take_role("")
    with clock.frozen(MONDAY):
        _furnish(tenant, tmp_path)
        yield tenant
        to_public()
        take_role(ROLE)


def _furnish(tenant: Tenant, folder: Path) -> None:
    Domain.objects.create(domain=f"{tenant.slug}.localhost", tenant=tenant, surface="staff")
    with entered(tenant):
        brand = _people()
        Product.objects.create(brand=brand, title="雪花酥\t\\N 原味", created_at=clock.now())
        Member.objects.create(public_id=public_id(), phone="13800138000", created_at=clock.now())
    kept = folder / "media" / tenant.schema_name / "imports" / "a"
    kept.mkdir(parents=True)
    (kept / "orders.csv").write_bytes(b"\x00\xff order")


def _people() -> OrgUnit:
    brand = create_unit(kind=OrgUnit.Kind.BRAND, name="实测", code="b")
    create_staff(username="admin", name="管理员", role=Role.ADMIN, unit=None)
    build_world()
    return brand


def _contents(tenant: Tenant) -> dict[str, str]:
    """A digest of the rows of each table."""
    found = {}
    with entered(tenant), connection.cursor() as cursor:
        for table in list_tables():
            rows = io.BytesIO()
            cursor.cursor.copy_expert(f"COPY {copy_columns(table)} TO STDOUT", rows)
            lines = sorted(rows.getvalue().splitlines())
            found[table] = hashlib.sha256(b"\n".join(lines)).hexdigest()
    return found


def _is_there(tenant: Tenant) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)", [tenant.schema_name])
        return cursor.fetchone()[0] is not None


def _media(tenant: Tenant) -> Path:
    return writing.media_folder(tenant.schema_name) / "imports" / "a" / "orders.csv"


def test_a_merchant_comes_back_with_every_row_and_file(merchant: Tenant) -> None:
    before = _contents(merchant)
    suspend_tenant(slug=merchant.slug, reason="迁走")

    archive_tenant(slug=merchant.slug)
    gone = (_is_there(merchant), _media(merchant).exists())
    restore_tenant(slug=merchant.slug)

    assert gone == (False, False)
    assert _contents(merchant) == before
    assert len(before) > 50
    assert _media(merchant).read_bytes() == b"\x00\xff order"
    merchant.refresh_from_db()
    assert merchant.state == Tenant.State.READY


def test_secrets_open_and_numbers_go_on_after_a_restore(merchant: Tenant) -> None:
    suspend_tenant(slug=merchant.slug, reason="迁走")
    archive_tenant(slug=merchant.slug)
    restore_tenant(slug=merchant.slug)

    with entered(merchant):
        last = Member.objects.order_by("-pk").first()
        assert last.phone == "13800138000"
        assert Member.objects.create(public_id=public_id(), created_at=clock.now()).pk > last.pk


def test_the_row_in_public_comes_back_when_it_was_lost_too(merchant: Tenant) -> None:
    suspend_tenant(slug=merchant.slug, reason="迁走")
    path = archive_tenant(slug=merchant.slug)
    Tenant.objects.filter(pk=merchant.pk).delete()

    slug = restore_archive(path)

    found = Tenant.objects.get(slug=slug)
    assert (found.public_id, found.schema_name) == (merchant.public_id, merchant.schema_name)
    assert found.domains.get().domain == f"{merchant.slug}.localhost"


def test_another_merchant_does_not_notice(
    merchant: Tenant, real_tenant: Callable[[], Tenant]
) -> None:
    other = real_tenant()
    take_role("")
    with entered(other):
        _people()
    before = _contents(other)

    suspend_tenant(slug=merchant.slug, reason="迁走")
    archive_tenant(slug=merchant.slug)

    assert _contents(other) == before


def test_a_merchant_at_work_is_not_archived(merchant: Tenant) -> None:
    with pytest.raises(NotSuspended):
        archive_tenant(slug=merchant.slug)

    assert _is_there(merchant)
    assert list(archive_folder().glob(f"{merchant.slug}-*")) == []


def test_a_schema_that_lags_is_not_archived(merchant: Tenant) -> None:
    Tenant.objects.filter(pk=merchant.pk).update(schema_version="old")
    suspend_tenant(slug=merchant.slug, reason="迁走")

    with pytest.raises(NotCurrent):
        archive_tenant(slug=merchant.slug)

    assert _is_there(merchant)


def _spoil(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)


@pytest.mark.parametrize("name", ["schema.sql", "tables/members_member.copy", "manifest.json"])
def test_a_changed_archive_is_refused_before_anything_is_touched(
    merchant: Tenant, name: str
) -> None:
    suspend_tenant(slug=merchant.slug, reason="迁走")
    path = archive_tenant(slug=merchant.slug)
    _spoil(path, name, b"{}")

    with pytest.raises(ArchiveBroken):
        restore_tenant(slug=merchant.slug)

    assert not _is_there(merchant)


def test_a_cut_archive_is_refused(merchant: Tenant) -> None:
    path = write_archive(merchant.slug)
    path.write_bytes(path.read_bytes()[:-200])

    with pytest.raises(ArchiveBroken):
        reading.prove_archive(path)


def test_what_is_still_there_is_not_overwritten(merchant: Tenant) -> None:
    path = write_archive(merchant.slug)
    before = _contents(merchant)

    with pytest.raises(StillThere):
        restore_archive(path)
    with pytest.raises(NotArchived):
        restore_tenant(slug=merchant.slug)

    assert _contents(merchant) == before


def test_an_archive_that_was_cut_short_goes_on(
    merchant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspend_tenant(slug=merchant.slug, reason="迁走")
    with monkeypatch.context() as broken:
        broken.setattr("tenants.services.archiving.drop_data", _power_cut)
        with pytest.raises(RuntimeError):
            archive_tenant(slug=merchant.slug)
    assert _is_there(merchant)

    archive_tenant(slug=merchant.slug)

    assert not _is_there(merchant)
    assert len(list(archive_folder().glob(f"{merchant.slug}-*"))) == 1


def test_what_was_done_since_an_archive_was_cut_short_is_archived_too(
    merchant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspend_tenant(slug=merchant.slug, reason="迁走")
    with monkeypatch.context() as broken:
        broken.setattr("tenants.services.archiving.drop_data", _power_cut)
        with pytest.raises(RuntimeError):
            archive_tenant(slug=merchant.slug)
    resume_tenant(slug=merchant.slug)
    with pytest.raises(NotSuspended):
        archive_tenant(slug=merchant.slug)
    with entered(merchant):
        Member.objects.create(public_id=public_id(), name="后来的", created_at=clock.now())

    suspend_tenant(slug=merchant.slug, reason="迁走")
    with clock.frozen(MONDAY + dt.timedelta(days=1)):
        archive_tenant(slug=merchant.slug)
    restore_tenant(slug=merchant.slug)

    with entered(merchant):
        assert Member.objects.filter(name="后来的").exists()


def _power_cut(*what: object) -> None:
    raise RuntimeError


def test_a_restore_that_was_cut_short_is_done_again(
    merchant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _contents(merchant)
    suspend_tenant(slug=merchant.slug, reason="迁走")
    archive_tenant(slug=merchant.slug)
    with monkeypatch.context() as broken:
        broken.setattr("tenants.archives.reading._put_files", _power_cut)
        with pytest.raises(RuntimeError):
            restore_tenant(slug=merchant.slug)
    assert (_is_there(merchant), _media(merchant).exists()) == (True, False)

    restore_tenant(slug=merchant.slug)

    assert Tenant.objects.get(pk=merchant.pk).state == Tenant.State.READY
    assert _media(merchant).exists()
    assert _contents(merchant) == before


def _drop_and_power_cut(tenant: Tenant) -> None:
    drop_data(tenant)
    raise RuntimeError


@pytest.mark.parametrize(
    "cut",
    [
        ("tenants.archives.dropping.drop_schema", _power_cut),
        ("tenants.services.demos.drop_data", _drop_and_power_cut),
    ],
    ids=["tables", "schema"],
)
def test_a_wipe_that_was_cut_short_goes_on(
    merchant: Tenant, monkeypatch: pytest.MonkeyPatch, cut: tuple[str, Callable[..., None]]
) -> None:
    Tenant.objects.filter(pk=merchant.pk).update(is_demo=True)
    with monkeypatch.context() as broken:
        broken.setattr(*cut)
        with pytest.raises(RuntimeError):
            wipe_demo(slug=merchant.slug)

    facts = wipe_demo(slug=merchant.slug)

    assert (dict(facts.counts)["会员"], facts.bytes) == (0, 0)
    assert not _is_there(merchant)
    assert not Tenant.objects.filter(pk=merchant.pk).exists()
