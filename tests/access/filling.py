"""A row in every table: what the scene leaves empty is filled from the models."""

import datetime as dt
from typing import Any

from django.db import models

from core import clock
from distribution.models import RuleVersion
from distribution.rules import DEFAULT_RULES
from org.models import OrgUnit
from tests.access.canaries import merchant_models

PLAIN: dict[type[models.Field], Any] = {
    models.BooleanField: True,
    models.JSONField: {},
    models.FloatField: 0.0,
    models.DateField: dt.date(2026, 3, 1),
}


def fill_empty_tables() -> None:
    """Add one row to each table that has none. Call on the merchant's schema."""
    _publish_rules()
    for model in merchant_models():
        if not model._default_manager.exists():
            _add_row(model)


def empty_tables() -> list[str]:
    return [m._meta.label for m in merchant_models() if not m._default_manager.exists()]


def _publish_rules() -> None:
    for brand in OrgUnit.objects.filter(kind="brand").order_by("pk"):
        RuleVersion.objects.get_or_create(
            brand=brand,
            number=1,
            defaults={
                "effective_at": clock.now() - dt.timedelta(days=30),
                "config": DEFAULT_RULES,
                "created_at": clock.now(),
            },
        )


def _add_row(model: type[models.Model]) -> models.Model:
    values = {
        field.attname: _value(field)
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.null and not field.has_default()
    }
    row = model(**values)
    row.save(force_insert=True)
    return row


def _value(field: models.Field) -> Any:
    if isinstance(field, models.ForeignKey):
        target = field.related_model
        row = target._default_manager.order_by("pk").first() or _add_row(target)
        return row.pk
    if isinstance(field, models.DateTimeField):
        return clock.now()
    if isinstance(field, models.CharField | models.TextField):
        return f"x{field.model._meta.model_name}"[: field.max_length or 100]
    return next((plain for kind, plain in PLAIN.items() if isinstance(field, kind)), 1)
