"""Writing a merchant's archive: schema script, rows, files, and what proves them whole.

One zip: `manifest.json`, `schema.sql` (the script that makes the schema at the archived
version), `tables/NAME.copy` (PostgreSQL COPY text), `files/…` (the merchant's media).
Secrets inside stay encrypted under the installation's field keys and this schema's name,
so an archive opens only where those keys are.
"""

import datetime as dt
import hashlib
import json
import zipfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from core import clock
from core.errors import Refusal
from tenants.archives.catalog import copy_columns, list_tables
from tenants.context import elsewhere, entered
from tenants.models import Tenant
from tenants.schema import Reporter, silent, template_sql, version_of

FORMAT = 1
CHUNK = 1 << 20


class NotCurrent(Refusal):
    """The schema lags behind the code, so no script would make it again."""

    code = "tenant_not_current"
    message = "这个商家的数据结构还没有升级，升级后再归档"


class _Hashing:
    """A file to write to that remembers what went through it."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out
        self.digest = hashlib.sha256()
        self.lines = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.lines += data.count(b"\n")
        return self.out.write(data)


def archive_folder() -> Path:
    folder = Path(settings.SIYU_DATA_DIR) / "archives"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def media_folder(schema_name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / schema_name


@elsewhere()
def write_archive(slug: str, report: Reporter = silent) -> Path:
    """The archive of a merchant, from one snapshot of its schema; refuses `NotCurrent`.

    The file appears under its name only when it is whole.
    """
    tenant = Tenant.objects.select_related("plan").get(slug=slug)
    if tenant.schema_version != version_of(tenant.kind):
        raise NotCurrent
    stamp = clock.real_now().astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    path = archive_folder() / f"{slug}-{stamp}.zip"
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            _fill(archive, tenant, report)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _fill(archive: zipfile.ZipFile, tenant: Tenant, report: Reporter) -> None:
    manifest: dict[str, Any] = {"format": FORMAT, "tenant": _identity(tenant)}
    script = template_sql(tenant.kind)
    archive.writestr("schema.sql", script)
    manifest["schema_sha256"] = hashlib.sha256(script.encode()).hexdigest()
    manifest["tables"] = _copy_out(archive, tenant, report)
    manifest["files"] = _copy_files(archive, tenant, report)
    archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


def _identity(tenant: Tenant) -> dict[str, Any]:
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "public_id": tenant.public_id,
        "schema_name": tenant.schema_name,
        "schema_version": tenant.schema_version,
        "plan": tenant.plan.code if tenant.plan else "",
        "is_demo": tenant.is_demo,
        "created_at": tenant.created_at.isoformat(),
        "domains": list(tenant.domains.values("domain", "surface", "is_primary")),
        "archived_at": clock.now().isoformat(),
    }


def _copy_out(archive: zipfile.ZipFile, tenant: Tenant, report: Reporter) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with entered(tenant), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in list_tables():
            with archive.open(f"tables/{table}.copy", "w", force_zip64=True) as out:
                written = _Hashing(out)
                with connection.cursor() as cursor:
                    cursor.cursor.copy_expert(f"COPY {copy_columns(table)} TO STDOUT", written)
            found[table] = {"rows": written.lines, "sha256": written.digest.hexdigest()}
    report(f"写出 {len(found)} 张表，{sum(row['rows'] for row in found.values())} 行")
    return found


def _copy_files(archive: zipfile.ZipFile, tenant: Tenant, report: Reporter) -> dict[str, str]:
    root = media_folder(tenant.schema_name)
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(root).as_posix()
            archive.write(path, f"files/{name}")
            with path.open("rb") as content:
                found[name] = hashlib.file_digest(content, "sha256").hexdigest()
    report(f"写出 {len(found)} 个文件")
    return found
