"""Reading what imports need and what they came to."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from core.errors import NotFound
from core.models import LongTask
from mall.importing import Mapping, Preview, RowProblem, preview, sniff, suggest_mapping
from mall.importing.customers import ImportedCustomer, read_customers
from mall.models import ImportMapping
from org.models import Staff
from org.selectors import list_brands_for, scope_path

IMPORT_KIND = "mall.import"
MEMBER_IMPORT_KIND = "mall.import_members"


@dataclass(frozen=True)
class Look:
    """A file before it is imported. `mapping` is what it was read with, guessed or given;
    `preview` is None where a generic file still needs one.
    """

    platform: str
    columns: tuple[str, ...]
    mapping: Mapping | None
    is_guess: bool
    preview: Preview | None


def look_at_file(
    path: Path,
    platform: str = "",
    *,
    mapping: Mapping | None = None,
    detail_path: Path | None = None,
    limit: int = 20,
) -> Look:
    """The first records as an import would take them; "" finds the platform by the header.

    Raises `mall.importing.ImportRefused` for a file that cannot be read.
    """
    layout = sniff(path)
    platform = platform or layout.platform
    guess = None
    if platform == "generic" and mapping is None:
        guess = suggest_mapping(layout.columns)
    used = mapping or guess
    shown = None
    if platform != "generic" or used is not None:
        shown = preview(path, platform, used, limit, detail_path)
    return Look(platform, layout.columns, used, guess is not None, shown)


def list_mappings() -> QuerySet[ImportMapping]:
    return ImportMapping.objects.order_by("name")


def get_mapping(name: str) -> Mapping:
    """A saved mapping as the readers take it; raises `NotFound`."""
    found = ImportMapping.objects.filter(name=name).first()
    if found is None:
        raise NotFound
    return Mapping.from_dict(found.mapping)


def get_saved_mapping(mapping_id: int) -> ImportMapping:
    found = ImportMapping.objects.filter(pk=mapping_id).first()
    if found is None:
        raise NotFound
    return found


def read_saved(found: ImportMapping) -> Mapping:
    return Mapping.from_dict(found.mapping)


@dataclass(frozen=True)
class CustomersSeen:
    """The first rows of a customer file, those that can be read and those that cannot."""

    customers: tuple[ImportedCustomer, ...]
    problems: tuple[RowProblem, ...]


def look_at_customers(path: Path, *, limit: int = 20) -> CustomersSeen:
    """Raises `mall.importing.ImportRefused` for a file that is no customer list."""
    items = list(islice(read_customers(path), limit))
    return CustomersSeen(
        tuple(item for item in items if isinstance(item, ImportedCustomer)),
        tuple(item for item in items if isinstance(item, RowProblem)),
    )


def list_member_imports() -> QuerySet[LongTask]:
    """Imports of customers, the newest first: members belong to the whole merchant."""
    return LongTask.objects.filter(kind=MEMBER_IMPORT_KIND).order_by("-created_at", "-pk")


def get_member_import(public_id: str) -> LongTask:
    found = list_member_imports().filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_imports_for(actor: Staff) -> QuerySet[LongTask]:
    """Imports into the actor's brands, the newest first."""
    rows = LongTask.objects.filter(kind=IMPORT_KIND).order_by("-created_at", "-pk")
    if scope_path(actor) == "/":
        return rows
    brands = list_brands_for(actor).values_list("pk", flat=True)
    return rows.filter(params__brand_id__in=list(brands))


def get_import_for(actor: Staff, public_id: str) -> LongTask:
    found = list_imports_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_import_problems(task: LongTask) -> list[dict[str, Any]]:
    """Rows that were not imported, for a download: {row, code, message, raw} by row.

    Those left out by the mapping's rule are among them, under the code `left_out`.
    """
    rows = [*task.result.get("errors", ()), *task.result.get("left_out", ())]
    return sorted(rows, key=lambda told: told["row"])
