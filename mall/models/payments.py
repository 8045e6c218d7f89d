"""Money in and money back, each known to WeChat Pay under a number of ours."""

from django.db import models
from django.db.models import Q


class Payment(models.Model):
    """One collection of an order; it ends as paid or closed, never in silence."""

    class State(models.TextChoices):
        PREPAY = "prepay", "待支付"
        PAID = "paid", "已支付"
        CLOSED = "closed", "已关闭"

    order = models.OneToOneField("mall.Order", models.PROTECT, related_name="payment")
    out_trade_no = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PREPAY)
    amount_fen = models.PositiveBigIntegerField()
    openid = models.CharField(max_length=64, blank=True)
    appid = models.CharField(max_length=32, blank=True)
    mchid = models.CharField(max_length=32, blank=True)
    prepay_id = models.CharField(max_length=80, blank=True)
    transaction_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("created_at",), name="payment_open", condition=Q(state="prepay")),
        )


class Refund(models.Model):
    """Money given back; `out_refund_no` stays the same whatever happens on the way.

    With `way` return_goods the parcel comes back first: agreed to, on its way, taken in.
    `restocks` says whether its pieces may be sold again. `decided_at` is when the
    merchant last said yes or no.
    """

    class State(models.TextChoices):
        APPLIED = "applied", "待审核"
        TO_RETURN = "to_return", "待退货"
        RETURNING = "returning", "待收货"
        DECLINED = "declined", "未同意"
        WITHDRAWN = "withdrawn", "已撤销"
        REQUESTED = "requested", "待退款"
        PROCESSING = "processing", "退款中"
        SUCCESS = "success", "已退款"
        FAILED = "failed", "退款失败"

    class Kind(models.TextChoices):
        AFTER_SALE = "after_sale", "售后退款"
        CLAIM = "claim", "福利过期退回"
        LATE = "late", "迟到付款退回"

    class Way(models.TextChoices):
        REFUND_ONLY = "refund_only", "仅退款"
        RETURN_GOODS = "return_goods", "退货退款"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.AFTER_SALE)
    order = models.ForeignKey("mall.Order", models.PROTECT, related_name="refunds")
    out_refund_no = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    amount_fen = models.PositiveBigIntegerField()
    freight_fen = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=80, blank=True)
    way = models.CharField(max_length=12, choices=Way.choices, default=Way.REFUND_ONLY)
    return_carrier = models.CharField(max_length=40, blank=True)
    return_tracking_no = models.CharField(max_length=64, blank=True)
    restocks = models.BooleanField(default=False)
    refund_id = models.CharField(max_length=40, blank=True)
    failure = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("created_at",),
                name="refund_open",
                condition=Q(state__in=("requested", "processing")),
            ),
        )


class RefundLine(models.Model):
    """A line's share: `pieces` are given up with it, `quantity` of them are on the shelf again."""

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines")
    line = models.ForeignKey("mall.OrderLine", models.PROTECT, related_name="refund_lines")
    amount_fen = models.PositiveBigIntegerField()
    pieces = models.PositiveIntegerField(default=0)
    quantity = models.PositiveIntegerField(default=0)


class PayException(models.Model):
    """A difference between WeChat Pay and us that a person has to look at."""

    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "ref"), name="pay_exception_ref"),)
