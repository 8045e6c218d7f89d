"""Customer groups as the source tells of them, and who speaks there."""

from django.db import models
from django.db.models import Q

from community.contracts import GROUP_TYPE_NAMES
from core.ids import public_id

GROUP_TYPES = [(kind.value, name) for kind, name in GROUP_TYPE_NAMES.items()]


class CustomerGroup(models.Model):
    """A group of customers that one of our people owns; `unit` is that of the owner.

    The counts are of those present at the last look (`synced_at`); `version` is the
    source's word for that state.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "正常"
        ORPHANED = "orphaned", "群主离职，待继承"
        DISMISSED = "dismissed", "已解散"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    chat_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120, blank=True)
    notice = models.TextField(blank=True)
    owner_userid = models.CharField(max_length=64)
    owner = models.ForeignKey("org.Staff", models.SET_NULL, null=True)
    unit = models.ForeignKey("org.OrgUnit", models.SET_NULL, null=True, db_index=False)
    group_type = models.CharField(max_length=12, choices=GROUP_TYPES, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    staff_count = models.PositiveIntegerField(default=0)
    contact_count = models.PositiveIntegerField(default=0)
    version = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    synced_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or f"群{self.public_id[:6]}"


class GroupMember(models.Model):
    """One stay of a person in a group: who leaves and comes back has two.

    `person` is a userid of ours or an external one; `left_at` is when it was noticed.
    """

    class Kind(models.TextChoices):
        STAFF = "staff", "员工"
        CONTACT = "contact", "顾客"

    group = models.ForeignKey(CustomerGroup, models.CASCADE, db_index=False)
    person = models.CharField(max_length=64)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    unionid = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=80, blank=True)
    join_scene = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=64, blank=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("group", "person", "joined_at"), name="group_stay"),
            models.UniqueConstraint(
                fields=("group", "person"),
                condition=Q(left_at__isnull=True),
                name="group_present_once",
            ),
        )


class GroupSpeech(models.Model):
    """How many messages a person sent in a group on a day, as an import told.

    A row without a person and with 0 messages says that nobody spoke: the day is known,
    which a day without rows is not.
    """

    group = models.ForeignKey(CustomerGroup, models.CASCADE, db_index=False)
    day = models.DateField()
    person = models.CharField(max_length=64, blank=True)
    messages = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("group", "day", "person"), name="group_speech_once"),
        )
        indexes = (models.Index(fields=("day",), name="group_speech_day"),)


class OwnerDay(models.Model):
    """The platform's own counts of an owner's groups on a day; it forgets them after 180."""

    owner_userid = models.CharField(max_length=64)
    day = models.DateField()
    new_groups = models.PositiveIntegerField(default=0)
    groups = models.PositiveIntegerField(default=0)
    groups_with_messages = models.PositiveIntegerField(default=0)
    new_members = models.PositiveIntegerField(default=0)
    members = models.PositiveIntegerField(default=0)
    members_who_spoke = models.PositiveIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)
    copied_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("day", "owner_userid"), name="group_owner_day"),
        )
