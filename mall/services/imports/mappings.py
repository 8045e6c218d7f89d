"""Column mappings, kept by name for the next file of the same make."""

import json

from django.db import transaction

from core import audit, clock
from mall.importing import Mapping
from mall.importing.refusals import BadMapping
from mall.models import ImportMapping

LONGEST_NAME = 60


@transaction.atomic
def save_mapping(*, name: str, mapping: Mapping, platform: str = "generic") -> ImportMapping:
    """Keep the mapping under its name; an earlier one of that name is replaced.

    Refuses `BadMapping` for a name that is empty or too long.
    """
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadMapping(f"对应关系的名称应为 1–{LONGEST_NAME} 个字")

    saved, _ = ImportMapping.objects.update_or_create(
        name=name,
        defaults={"platform": platform, "mapping": {**as_plain(mapping), "name": name}},
        create_defaults={
            "platform": platform,
            "mapping": {**as_plain(mapping), "name": name},
            "created_at": clock.now(),
        },
    )

    audit.record("mall.import_mapping.saved", saved, after={"name": name})
    return saved


@transaction.atomic
def change_mapping(*, found: ImportMapping, name: str, mapping: Mapping) -> ImportMapping:
    """Give a saved mapping another name or other columns.

    Refuses `BadMapping` for a name that another one has, is empty or too long.
    """
    before, name = found.name, name.strip()
    if ImportMapping.objects.filter(name=name).exclude(pk=found.pk).exists():
        raise BadMapping(f"已有名为「{name}」的对应关系")
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadMapping(f"对应关系的名称应为 1–{LONGEST_NAME} 个字")

    found.name, found.mapping = name, {**as_plain(mapping), "name": name}
    found.save(update_fields=["name", "mapping"])

    audit.record(
        "mall.import_mapping.changed", found, before={"name": before}, after={"name": name}
    )
    return found


@transaction.atomic
def delete_mapping(*, name: str) -> None:
    """No-op when there is none of that name; orders imported through it stay."""
    found = ImportMapping.objects.filter(name=name).first()
    if found is not None:
        audit.record("mall.import_mapping.deleted", found, before={"name": name})
        found.delete()


def as_plain(mapping: Mapping) -> dict[str, object]:
    """The mapping as JSON holds it; `Mapping.from_dict` reads it back."""
    plain: dict[str, object] = json.loads(mapping.to_json())
    return plain
