"""The public schema: who our tenants are, where they answer, and the demo clock."""

from django.db import models

from core.ids import public_id


class Plan(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    max_members = models.PositiveIntegerField(default=1_000_000)
    max_guides = models.PositiveIntegerField(default=10_000)


class Tenant(models.Model):
    """One merchant group, one schema. `platform` is the reserved tenant of the console."""

    class Kind(models.TextChoices):
        MERCHANT = "merchant", "商家"
        PLATFORM = "platform", "平台"

    class State(models.TextChoices):
        CREATING = "creating", "创建中"
        READY = "ready", "运行中"
        SUSPENDED = "suspended", "已停用"
        ARCHIVED = "archived", "已归档"

    WITHOUT_SCHEMA = (State.CREATING, State.ARCHIVED)
    """States in which there may be no schema to enter."""

    auto_create_schema = auto_drop_schema = False  # django-tenants asks; we never do

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    schema_name = models.CharField(max_length=40, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MERCHANT)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CREATING)
    schema_version = models.CharField(max_length=64, blank=True)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    suspended_reason = models.CharField(max_length=200, blank=True)
    archive = models.CharField(max_length=200, blank=True)
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """A host name and the surface that answers on it."""

    class Surface(models.TextChoices):
        STAFF = "staff", "员工"
        CUSTOMER = "customer", "顾客"
        PLATFORM = "platform", "平台"

    domain = models.CharField(max_length=253, unique=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="domains")
    surface = models.CharField(max_length=10, choices=Surface.choices)
    is_primary = models.BooleanField(default=True)


class ClockOffset(models.Model):
    """The single row (id 1) by which business time runs ahead of real time."""

    seconds = models.BigIntegerField(default=0)
