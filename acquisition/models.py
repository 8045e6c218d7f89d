"""Ways in: package cards, their scans, and the contact codes that tell scans apart."""

from django.db import models
from django.db.models import Q

from core.ids import public_id


class CardBatch(models.Model):
    """A print run of cards that promise one benefit; costs are fen for each card.

    `velocity_limit` is how many scans of one network or device in 60 s pass unsuspected;
    `greeting` replaces the usual welcome, with {guide}, {store} and {benefit} filled in.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "使用中"
        VOID = "void", "已作废"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    name = models.CharField(max_length=60)
    brand = models.ForeignKey("org.OrgUnit", models.PROTECT)
    benefit = models.ForeignKey("mall.Benefit", models.PROTECT)
    platform = models.CharField(max_length=20, blank=True)
    size = models.PositiveIntegerField()
    print_cost_fen = models.PositiveIntegerField(default=0)
    insert_cost_fen = models.PositiveIntegerField(default=0)
    velocity_limit = models.PositiveIntegerField(default=10)
    greeting = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField()


class Card(models.Model):
    """One printed serial, followed from the parcel to the person.

    `benefit_cost_fen` is what the redeemed benefit cost us, as of its redemption.
    """

    class State(models.TextChoices):
        PRINTED = "printed", "已印刷"
        SHIPPED = "shipped", "已发出"
        DELIVERED = "delivered", "已签收"
        SCANNED = "scanned", "已扫码"
        ADDED = "contact_added", "已添加"
        CLAIMED = "benefit_claimed", "已领取"
        REDEEMED = "benefit_redeemed", "已兑现"
        VOID = "void", "已作废"
        SUSPECT = "suspect", "存疑"

    batch = models.ForeignKey(CardBatch, models.PROTECT, related_name="cards")
    serial = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=18, choices=State.choices, default=State.PRINTED)
    platform_order_no = models.CharField(max_length=64, blank=True, db_index=True)
    tracking_no = models.CharField(max_length=64, blank=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    scanned_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)
    consumed_by = models.ForeignKey("members.Member", models.PROTECT, null=True)
    is_new_person = models.BooleanField(null=True)
    suspect_reason = models.CharField(max_length=120, blank=True)
    benefit_cost_fen = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("consumed_by",),
                condition=Q(is_new_person=True),
                name="card_newcomer_once",
            ),
        )
        indexes = (models.Index(fields=("batch", "state"), name="card_batch_state"),)


class ContactWay(models.Model):
    """A WeCom contact code of the pool: its fixed `state` names the slot it is."""

    config_id = models.CharField(max_length=64, unique=True)
    state_text = models.CharField(max_length=30, unique=True)
    staff = models.ForeignKey("org.Staff", models.PROTECT)
    qr_url = models.CharField(max_length=500)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()


class Scan(models.Model):
    """One visit of a card's page by one person, waiting to be matched with an add.

    `reason` is a code of `contracts.SUSPICIONS`. `is_held` keeps the benefit back until
    the parcel is delivered. `contact` is the add this scan was matched with or, while it
    is suspect, the add that could not be told apart.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待添加"
        MATCHED = "matched", "已匹配"
        SUSPECT = "suspect", "存疑"
        EXPIRED = "expired", "已过期"

    token = models.CharField(max_length=32, unique=True)
    card = models.ForeignKey(Card, models.CASCADE, related_name="scans")
    customer = models.ForeignKey("members.Customer", models.CASCADE)
    staff = models.ForeignKey("org.Staff", models.PROTECT)
    way = models.ForeignKey(ContactWay, models.SET_NULL, null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    matched_by = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    contact = models.ForeignKey("members.Contact", models.SET_NULL, null=True)
    is_held = models.BooleanField(default=False)
    ip = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("card", "customer"), name="scan_card_customer"),
            models.UniqueConstraint(
                fields=("card",), condition=Q(state="matched"), name="scan_card_matched"
            ),
        )
        indexes = (
            models.Index(
                fields=("way", "created_at"), name="scan_way", condition=Q(state="waiting")
            ),
            models.Index(fields=("ip", "created_at"), name="scan_ip"),
        )


class AcquisitionLink(models.Model):
    """A 获客助手 link of one guide; the scan's token rides on it as customer_channel."""

    link_id = models.CharField(max_length=64, unique=True)
    url = models.CharField(max_length=500)
    staff = models.OneToOneField("org.Staff", models.PROTECT)
    is_available = models.BooleanField(default=True)
    created_at = models.DateTimeField()


class CardGuess(models.Model):
    """Serials that were not there, counted for each network address since `since`."""

    ip = models.CharField(max_length=45, unique=True)
    misses = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
