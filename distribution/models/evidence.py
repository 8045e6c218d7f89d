"""Who brought whom: shared links, visits, and the evidence they leave."""

from django.db import models

from core.models import AppendOnly


class ShareLink(models.Model):
    """A guide's tracked link to a product."""

    token = models.CharField(max_length=32, unique=True)
    guide = models.ForeignKey("org.Staff", models.PROTECT)
    product = models.ForeignKey("mall.Product", models.PROTECT)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("guide", "product"), name="share_guide_product"),
        )


class ShareVisit(models.Model):
    """An opening of a shared link; the member is known once they have logged in."""

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="visits")
    member = models.ForeignKey("members.Member", models.CASCADE, null=True)
    visitor = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=("visitor",),
                name="share_visit_stranger",
                condition=models.Q(member__isnull=True),
            ),
        )


class Evidence(AppendOnly):
    """A reason why an order may be a guide's: `kind` is code, live, share or scan."""

    member = models.ForeignKey("members.Member", models.PROTECT)
    brand = models.ForeignKey("org.OrgUnit", models.PROTECT)
    guide = models.ForeignKey("org.Staff", models.PROTECT)
    kind = models.CharField(max_length=12)
    ref = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("member", "brand", "at"), name="evidence_member"),)
