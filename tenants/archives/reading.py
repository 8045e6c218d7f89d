"""Proving an archive and bringing its merchant back."""

import datetime as dt
import hashlib
import json
import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from django.db import connection, transaction

from core.errors import Refusal
from tenants import hosts
from tenants.archives.catalog import advance_sequences, copy_columns, list_tables
from tenants.archives.dropping import drop_data
from tenants.archives.writing import CHUNK, FORMAT, media_folder
from tenants.context import elsewhere, entered
from tenants.models import Domain, Plan, Tenant
from tenants.schema import Reporter, migrate, silent, version_of


class ArchiveBroken(Refusal):
    code = "archive_broken"
    message = "归档文件不完整或被改过，没有动任何数据"


class StillThere(Refusal):
    code = "tenant_still_there"
    message = "这个商家的数据还在，不能用归档覆盖"


def prove_archive(path: Path) -> dict[str, Any]:
    """The manifest, once every part was read and is what it says; refuses `ArchiveBroken`."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = cast(dict[str, Any], json.loads(archive.read("manifest.json")))
            wrong = [name for name, digest in _parts(manifest) if _sum(archive, name) != digest]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as broken:
        raise ArchiveBroken(str(broken)[:120]) from broken
    if wrong or manifest.get("format") != FORMAT:
        raise ArchiveBroken(f"归档文件里 {'、'.join(wrong[:3]) or '格式'} 不对，没有动任何数据")
    return manifest


@elsewhere()
def restore_archive(path: Path, report: Reporter = silent) -> str:
    """Bring the merchant of an archive back and give its slug.

    The schema appears whole or not at all; refuses `ArchiveBroken`, `StillThere`. What
    the archive's version lacks is migrated afterwards. A killed run is done again.
    """
    manifest = prove_archive(path)
    report("归档文件完整")
    known = manifest["tenant"]
    _make_room(known["schema_name"])
    tenant = _take_up(known)
    with zipfile.ZipFile(path) as archive:
        with transaction.atomic():
            _fill_schema(archive, manifest, tenant)
        report(f"写回 {len(manifest['tables'])} 张表")
        _put_files(archive, manifest, tenant)
    migrate(tenant, report)
    version = version_of(tenant.kind)
    Tenant.objects.filter(pk=tenant.pk).update(
        state=Tenant.State.READY, schema_version=version, archive="", suspended_at=None
    )
    hosts.forget()
    return tenant.slug


def _parts(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    tables = [(f"tables/{name}.copy", row["sha256"]) for name, row in manifest["tables"].items()]
    files = [(f"files/{name}", digest) for name, digest in manifest["files"].items()]
    return [("schema.sql", manifest["schema_sha256"]), *tables, *files]


def _sum(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as part:
        return hashlib.file_digest(cast(Any, part), "sha256").hexdigest()


def _make_room(schema_name: str) -> None:
    """A schema of an archived merchant is what a restore cut short has left: nobody was let
    into it. Any other is somebody's data.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)", [schema_name])
        if cursor.fetchone()[0] is None:
            return
    leftover = Tenant.objects.filter(schema_name=schema_name, state=Tenant.State.ARCHIVED).first()
    if leftover is None:
        raise StillThere
    drop_data(leftover)


def _take_up(known: dict[str, Any]) -> Tenant:
    """The row in `public` again, when the disaster took it as well."""
    plan = Plan.objects.filter(code=known["plan"]).first()
    tenant, _ = Tenant.objects.get_or_create(
        public_id=known["public_id"],
        defaults={
            "slug": known["slug"],
            "name": known["name"],
            "schema_name": known["schema_name"],
            "schema_version": known["schema_version"],
            "is_demo": known["is_demo"],
            "plan": plan,
            "state": Tenant.State.ARCHIVED,
            "created_at": dt.datetime.fromisoformat(known["created_at"]),
        },
    )
    for domain in known["domains"]:
        Domain.objects.get_or_create(
            domain=domain["domain"],
            defaults={
                "tenant": tenant,
                "surface": domain["surface"],
                "is_primary": domain["is_primary"],
            },
        )
    return tenant


def _fill_schema(archive: zipfile.ZipFile, manifest: dict[str, Any], tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{tenant.schema_name}"')
    with entered(tenant), connection.cursor() as cursor:
        cursor.cursor.execute(archive.read("schema.sql").decode())
        tables = [table for table in list_tables() if table in manifest["tables"]]
        cursor.execute(f"TRUNCATE {', '.join(connection.ops.quote_name(t) for t in tables)}")
        for table in tables:
            with archive.open(f"tables/{table}.copy") as rows:
                cursor.cursor.copy_expert(f"COPY {copy_columns(table)} FROM STDIN", rows, CHUNK)
            _count(cursor, table, manifest["tables"][table]["rows"])
        advance_sequences()


def _count(cursor: Any, table: str, expected: int) -> None:
    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
    found = cursor.fetchone()[0]
    if found != expected:
        raise ArchiveBroken(f"表 {table} 应有 {expected} 行，写回 {found} 行，已全部撤回")


def _put_files(archive: zipfile.ZipFile, manifest: dict[str, Any], tenant: Tenant) -> None:
    root = media_folder(tenant.schema_name)
    for name in manifest["files"]:
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts:
            raise ArchiveBroken(f"归档文件里的路径 {name} 不对")
        target = root / parts
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with archive.open(f"files/{name}") as content, target.open("wb") as out:
            _pour(content, out)
        target.chmod(0o600)


def _pour(content: IO[bytes], out: IO[bytes]) -> None:
    shutil.copyfileobj(content, out, CHUNK)
