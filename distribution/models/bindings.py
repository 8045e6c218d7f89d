"""The service relation of a member and a guide, for each brand."""

from django.db import models
from django.db.models import Q

from core.models import AppendOnly


class Binding(models.Model):
    member = models.ForeignKey("members.Member", models.PROTECT)
    brand = models.ForeignKey("org.OrgUnit", models.PROTECT)
    guide = models.ForeignKey("org.Staff", models.PROTECT)
    bound_at = models.DateTimeField()
    protect_until = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("member", "brand"),
                condition=Q(ended_at__isnull=True),
                name="binding_live",
            ),
        )


class BindingEvent(AppendOnly):
    """Why a binding began, was kept against another guide, or ended."""

    binding = models.ForeignKey(Binding, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20)
    guide = models.ForeignKey("org.Staff", models.PROTECT)
    at = models.DateTimeField()
    reason = models.CharField(max_length=120)
