"""People: who they are, under which identities, and whose friends they are."""

from django.db import models
from django.db.models import Q

from core.crypto import EncryptedTextField
from core.ids import public_id


class Member(models.Model):
    """One person as this merchant knows them.

    `phone_index` is the blind index of a full phone, "" when none; it is not unique,
    because a shared phone never makes two people one.
    """

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    name = models.CharField(max_length=80, blank=True)
    phone = EncryptedTextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    owner = models.ForeignKey("org.Staff", models.SET_NULL, null=True)
    unit = models.ForeignKey("org.OrgUnit", models.SET_NULL, null=True)
    source = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or f"会员{self.public_id[:6]}"


class Identity(models.Model):
    """An id of a person somewhere: `kind` is unionid, external, openid:<appid>, tmall…"""

    member = models.ForeignKey(Member, models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=40)
    value = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "value"), name="identity_kind_value"),
        )


class Customer(models.Model):
    """A login on the customer pages: an openid of our 公众号 and the member behind it."""

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    member = models.ForeignKey(Member, models.CASCADE, related_name="customers")
    appid = models.CharField(max_length=32)
    openid = models.CharField(max_length=64)
    unionid = models.CharField(max_length=64, blank=True, db_index=True)
    nickname = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("appid", "openid"), name="customer_openid"),)


class Contact(models.Model):
    """A WeCom friendship between a member and a member of staff, ended or not.

    `event_at` is the last known moment of adding; the two `…_left_at` are the last known
    moments of deleting. They only grow, so news may come in any order. `synced_at` is
    the moment of the last look at the source, which settles what events cannot.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="contacts")
    staff = models.ForeignKey("org.Staff", models.PROTECT)
    external_userid = models.CharField(max_length=64)
    state = models.CharField(max_length=64, blank=True)
    add_way = models.IntegerField(default=0)
    is_new_person = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=10, blank=True)
    event_at = models.DateTimeField(null=True)
    customer_left_at = models.DateTimeField(null=True)
    staff_left_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("staff", "external_userid"), name="contact_staff_external"
            ),
        )
        indexes = (models.Index(fields=("external_userid",), name="contact_external"),)


class Tag(models.Model):
    """A label; `wecom_tag_id` when WeCom knows it too."""

    group_name = models.CharField(max_length=30)
    name = models.CharField(max_length=30)
    wecom_group_id = models.CharField(max_length=40, blank=True)
    wecom_tag_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("group_name", "name"), name="tag_name"),)


class MemberTag(models.Model):
    """A tag on a person, and who or what put it there."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="tags")
    tag = models.ForeignKey(Tag, models.CASCADE)
    source = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("member", "tag"), name="member_tag"),)


class TimelineEntry(models.Model):
    """A line of a member's story, pushed down by whichever app it happened in."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    ref = models.CharField(max_length=80)
    text = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("member", "kind", "ref"), name="timeline_ref"),
        )
        indexes = (models.Index(fields=("member", "-at"), name="timeline_member_at"),)


class Consent(models.Model):
    """What a person agreed to, in which words, until they take it back."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    wording = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("member", "purpose"),
                condition=Q(withdrawn_at__isnull=True),
                name="consent_live",
            ),
        )
