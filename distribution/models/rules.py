"""The rules in force, versioned: an edit never touches an order already placed."""

from django.db import models

from core.models import AppendOnly


class RuleVersion(AppendOnly):
    """A brand's rates, splits, binding and settlement rules from `effective_at` on."""

    brand = models.ForeignKey("org.OrgUnit", models.PROTECT)
    number = models.PositiveIntegerField()
    effective_at = models.DateTimeField()
    config = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "number"), name="rule_number"),)
