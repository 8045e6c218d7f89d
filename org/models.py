"""The org tree and its people."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from core.crypto import EncryptedTextField
from core.ids import public_id


class OrgUnit(models.Model):
    """A node of brand → region → dealer → store; `path` is "/1/4/9/" down to itself."""

    class Kind(models.TextChoices):
        BRAND = "brand", "品牌"
        REGION = "region", "大区"
        DEALER = "dealer", "经销商"
        STORE = "store", "门店"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=200, db_index=True)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    city = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Staff(AbstractBaseUser):
    """Somebody who works here. A guide is staff with the role guide and a store."""

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=12)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="staff")
    wecom_userid = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    phone = EncryptedTextField(blank=True)
    is_active = models.BooleanField(default=True)
    is_on_duty = models.BooleanField(default=True)
    failed_logins = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD: ClassVar[str] = "username"

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A machine's credential: the secret is shown once and kept only as a hash."""

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    role = models.CharField(max_length=12)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
