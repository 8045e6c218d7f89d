"""What we say to customers, and what became of it."""

from django.db import models


class Greeting(models.Model):
    """The one welcome message of an add event, from owed to known.

    `sending` is committed before the call goes out: a row found in it after a crash is
    asked about again with the same single-use code, never greeted twice.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已送达"
        REFUSED = "refused", "未送达"
        EXPIRED = "expired", "已过期"

    key = models.CharField(max_length=64, unique=True)
    welcome_code = models.CharField(max_length=600)
    staff = models.ForeignKey("org.Staff", models.PROTECT)
    external_userid = models.CharField(max_length=64)
    text = models.TextField()
    link_title = models.CharField(max_length=60, blank=True)
    link_url = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
