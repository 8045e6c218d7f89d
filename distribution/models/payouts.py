"""Money on its way to a guide: where it goes, each request, and what does not agree."""

from django.db import models
from django.db.models import F, Q

from core import ids
from core.crypto import EncryptedTextField


class PayoutAccount(models.Model):
    """A guide's side of payouts: how much was drawn, and the one WeChat it goes to.

    `drawn_fen` is what open and paid withdrawals took of the settled commission; it only
    changes by a conditional statement. `usable_at` is later than `bound_at` after a change.
    """

    guide = models.OneToOneField("org.Staff", models.PROTECT, related_name="payout_account")
    drawn_fen = models.BigIntegerField(default=0)
    appid = models.CharField(max_length=32, blank=True)
    openid = models.CharField(max_length=64, blank=True)
    real_name = EncryptedTextField(blank=True)
    bound_at = models.DateTimeField(null=True)
    usable_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(drawn_fen__gte=0), name="payout_drawn_not_negative"),
            models.UniqueConstraint(
                fields=("appid", "openid"), condition=~Q(openid=""), name="payout_openid_once"
            ),
        )


class Withdrawal(models.Model):
    """One request: `gross_fen` leaves the balance, `amount_fen` is what is transferred.

    `out_bill_no` stays the same whatever happens on the way. `last_call` says what is known
    of the last request to the platform; `package` opens the confirmation in WeChat.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待审批"
        APPROVED = "approved", "待发放"
        SENDING = "sending", "发放中"
        WAITING = "waiting_confirm", "待确认收款"
        PAID = "paid", "已到账"
        FAILED = "failed", "发放失败"
        OVERDUE = "overdue", "未确认已退回"
        CANCELLED = "cancelled", "已撤回"

    class Call(models.TextChoices):
        NONE = "", "还没有请求"
        DOUBTFUL = "doubtful", "结果未知"
        REFUSED = "refused", "被拒绝"
        TAKEN = "taken", "已受理"

    public_id = models.CharField(max_length=26, default=ids.public_id)
    out_bill_no = models.CharField(max_length=32)
    token = models.CharField(max_length=26, default=ids.public_id)
    guide = models.ForeignKey("org.Staff", models.PROTECT, db_index=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.ASKED)
    gross_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField(default=0)
    amount_fen = models.BigIntegerField()
    tax_profile = models.CharField(max_length=10)
    remark = models.CharField(max_length=32)
    mchid = models.CharField(max_length=32, blank=True)
    appid = models.CharField(max_length=32, blank=True)
    openid = models.CharField(max_length=64, blank=True)
    transfer_bill_no = models.CharField(max_length=64, blank=True)
    package = models.CharField(max_length=600, blank=True)
    last_call = models.CharField(max_length=8, choices=Call.choices, blank=True)
    called_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=160, blank=True)
    cancel_asked_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    waiting_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    log = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("public_id",), name="withdrawal_public_id"),
            models.UniqueConstraint(fields=("out_bill_no",), name="withdrawal_bill_no"),
            models.UniqueConstraint(fields=("token",), name="withdrawal_token"),
            models.UniqueConstraint(
                fields=("guide",),
                condition=Q(state__in=("asked", "approved", "sending", "waiting_confirm")),
                name="withdrawal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0)
                & Q(tax_fen__gte=0)
                & Q(gross_fen=F("amount_fen") + F("tax_fen")),
                name="withdrawal_adds_up",
            ),
        )
        indexes = (models.Index(fields=("guide", "-asked_at"), name="withdrawal_guide"),)


class PayoutDifference(models.Model):
    """Where the platform and we do not agree about a payout: for a person to look at."""

    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=64)
    withdrawal = models.ForeignKey(Withdrawal, models.PROTECT, null=True, db_index=False)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "ref"), name="payout_difference_ref"),
        )
