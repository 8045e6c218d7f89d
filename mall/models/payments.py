"""Money in and money back, each known to WeChat Pay under a number of ours."""

from django.db import models


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
    prepay_id = models.CharField(max_length=80, blank=True)
    transaction_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)


class Refund(models.Model):
    """Money given back; `out_refund_no` stays the same whatever happens on the way."""

    class State(models.TextChoices):
        REQUESTED = "requested", "待退款"
        PROCESSING = "processing", "退款中"
        SUCCESS = "success", "已退款"
        FAILED = "failed", "退款失败"

    order = models.ForeignKey("mall.Order", models.PROTECT, related_name="refunds")
    out_refund_no = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    amount_fen = models.PositiveBigIntegerField()
    freight_fen = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=80, blank=True)
    refund_id = models.CharField(max_length=40, blank=True)
    failure = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)


class RefundLine(models.Model):
    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines")
    line = models.ForeignKey("mall.OrderLine", models.PROTECT, related_name="refund_lines")
    amount_fen = models.PositiveBigIntegerField()
    quantity = models.PositiveIntegerField(default=0)


class PayException(models.Model):
    """A difference between WeChat Pay and us that a person has to look at."""

    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "ref"), name="pay_exception_ref"),
        )
