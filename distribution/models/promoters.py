"""Guides as earners: their tier, and at most one person above them."""

from django.db import models
from django.db.models import Q


class Promoter(models.Model):
    """What commission needs to know of a guide beyond the org.

    A chain has two levels by the shape of the table: `level` 1 has no recruiter, `level` 2
    has one of level 1. `recruiter_level` repeats the recruiter's level; together with the
    composite key of the migration (recruiter, recruiter_level) → (id, level) no row can
    stand below a row that itself stands below another. `unionid` is the guide's own WeChat
    once it is known, to tell when they buy from themselves.
    """

    guide = models.OneToOneField("org.Staff", models.PROTECT, related_name="promoter")
    tier = models.CharField(max_length=12, blank=True)
    unionid = models.CharField(max_length=64, blank=True)
    level = models.PositiveSmallIntegerField(default=1)
    recruiter = models.ForeignKey("self", models.PROTECT, null=True, related_name="recruits")
    recruiter_level = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("id", "level"), name="promoter_id_level"),
            models.CheckConstraint(
                condition=Q(level=1, recruiter__isnull=True, recruiter_level__isnull=True)
                | Q(level=2, recruiter__isnull=False, recruiter_level=1),
                name="promoter_two_levels",
            ),
        )
