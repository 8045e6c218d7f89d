"""What may be said to one person: the rules, and what was used up."""

import datetime as dt

from django.db import models


class QuotaMode(models.TextChoices):
    """How many messages a customer or a group may get, as the corp has set it."""

    MONTH = "month", "每月不超过当月天数"
    WEEK = "7week", "每周 7 条"
    DAY = "1day", "每天 1 条"


class Policy(models.Model):
    """The merchant's own limits; one row, and the defaults where there is none.

    Quiet hours are Asia/Shanghai and may pass midnight; caps count commercial touches.
    `groups_from` ends them for groups, which wake earlier than one may ring at a door.
    """

    quiet_from = models.TimeField(default=dt.time(22))
    quiet_until = models.TimeField(default=dt.time(8))
    groups_from = models.TimeField(default=dt.time(7))
    per_day = models.PositiveSmallIntegerField(default=1)
    per_week = models.PositiveSmallIntegerField(default=3)
    per_month = models.PositiveSmallIntegerField(default=8)
    cool_hours = models.PositiveSmallIntegerField(default=16)
    holdout_ppm = models.PositiveIntegerField(default=50_000)
    quota_mode = models.CharField(max_length=5, choices=QuotaMode.choices, default=QuotaMode.MONTH)
    changed_at = models.DateTimeField()


class Budget(models.Model):
    """What one contact or group has been sent in the periods around `day`.

    A period's count stands only while `day` is in it; the next touch begins it anew.
    """

    recipient = models.CharField(max_length=64, primary_key=True)
    day = models.DateField()
    day_used = models.PositiveSmallIntegerField(default=0)
    week_used = models.PositiveSmallIntegerField(default=0)
    month_used = models.PositiveSmallIntegerField(default=0)
    quota_used = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
