"""Orders, sold here or brought in from a platform."""

from django.db import models
from django.db.models import F, Q

from core.crypto import EncryptedTextField
from core.ids import public_id


class Order(models.Model):
    """`number` is ours and the merchant's number towards WeChat Pay (out_trade_no).

    `kind` sale counts as business; claim is the 1-fen order of a benefit and never
    does; cancellation is a credit note that a platform's file names no order for.
    `room_ref` is the public id of the live room it was placed in, "" for none.
    """

    class State(models.TextChoices):
        CREATED = "created", "待付款"
        PAID = "paid", "待发货"
        SHIPPED = "shipped", "已发货"
        RECEIVED = "received", "已收货"
        CLOSED = "closed", "已关闭"

    class Kind(models.TextChoices):
        SALE = "sale", "销售"
        CLAIM = "claim", "一分领取"
        CANCELLATION = "cancellation", "冲销"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    number = models.CharField(max_length=32, unique=True)
    platform = models.CharField(max_length=20, default="own")
    platform_order_no = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SALE)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CREATED)
    brand = models.ForeignKey("org.OrgUnit", models.PROTECT, related_name="brand_orders")
    store = models.ForeignKey("org.OrgUnit", models.PROTECT, null=True, related_name="store_orders")
    member = models.ForeignKey("members.Member", models.PROTECT, null=True)
    customer = models.ForeignKey("members.Customer", models.SET_NULL, null=True)
    goods_fen = models.BigIntegerField()
    freight_fen = models.BigIntegerField(default=0)
    discount_fen = models.BigIntegerField(default=0)
    total_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    receiver = EncryptedTextField(blank=True)
    city = models.CharField(max_length=40, blank=True)
    carrier = models.CharField(max_length=40, blank=True)
    tracking_no = models.CharField(max_length=64, blank=True)
    flags = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64, blank=True)
    idempotency_key = models.CharField(max_length=80, blank=True)
    room_ref = models.CharField(max_length=26, blank=True)
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("platform", "platform_order_no"), name="order_platform_no"
            ),
            models.UniqueConstraint(
                fields=("customer", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="order_idempotency",
            ),
            models.CheckConstraint(
                condition=Q(total_fen=F("goods_fen") + F("freight_fen") - F("discount_fen"))
                | ~Q(platform="own"),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refunded_fen__lte=F("paid_fen")) | Q(kind="cancellation"),
                name="order_refund_within_paid",
            ),
        )
        indexes = (
            models.Index(fields=("member", "placed_at"), name="order_member_placed"),
            models.Index(fields=("paid_at",), name="order_paid_at"),
            models.Index(fields=("placed_at",), name="order_placed_at"),
            models.Index(fields=("expires_at",), name="order_unpaid", condition=Q(state="created")),
            models.Index(
                fields=("shipped_at",), name="order_on_its_way", condition=Q(state="shipped")
            ),
        )


class OrderLine(models.Model):
    """A line; `paid_fen` is its share of what was paid for goods, without freight.

    `evidence` is the snapshot that distribution gave when the order was created: rule
    version, rate, candidates and binding as of placed_at. Mall stores it unread.
    `claim` is the buyer's count in the flash sale that this line was bought in.
    `held` is how many pieces of `Stock` at `location` this line holds; a piece is held
    by one line at a time. `entitlement` is the promise that a gift line keeps.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    sku = models.ForeignKey("mall.Sku", models.PROTECT, null=True)
    location = models.ForeignKey("org.OrgUnit", models.PROTECT, null=True)
    sku_code = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=200)
    quantity = models.IntegerField()
    price_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    cost_fen = models.BigIntegerField(default=0)
    is_gift = models.BooleanField(default=False)
    held = models.PositiveIntegerField(default=0)
    entitlement = models.ForeignKey(
        "mall.Entitlement", models.PROTECT, null=True, related_name="lines"
    )
    claim = models.ForeignKey(
        "mall.FlashClaim", models.PROTECT, null=True, related_name="lines", db_index=False
    )
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(held=0) | Q(held__lte=F("quantity"), location__isnull=False),
                name="line_holds_its_own",
            ),
        )
