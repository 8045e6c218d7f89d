"""Carts and address books, freight templates, and parcels that come back."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import core.crypto
import core.ids


def _id() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _public_id() -> models.CharField:
    return models.CharField(default=core.ids.public_id, max_length=26, unique=True)


REFUND_STATES = [
    ("applied", "待审核"),
    ("to_return", "待退货"),
    ("returning", "待收货"),
    ("declined", "未同意"),
    ("withdrawn", "已撤销"),
    ("requested", "待退款"),
    ("processing", "退款中"),
    ("success", "已退款"),
    ("failed", "退款失败"),
]

CARTS = [
    migrations.CreateModel(
        name="CartLine",
        fields=[
            ("id", _id()),
            ("quantity", models.PositiveIntegerField()),
            ("seen_fen", models.PositiveBigIntegerField()),
            ("added_at", models.DateTimeField()),
            (
                "customer",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="cart_lines",
                    to="members.customer",
                ),
            ),
            (
                "sku",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, to="mall.sku"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("customer", "sku"), name="cart_line_sku"),
                models.CheckConstraint(
                    condition=Q(quantity__gte=1, quantity__lte=99), name="cart_line_pieces"
                ),
            ]
        },
    ),
    migrations.CreateModel(
        name="Address",
        fields=[
            ("id", _id()),
            ("public_id", _public_id()),
            ("name", core.crypto.EncryptedTextField()),
            ("phone", core.crypto.EncryptedTextField()),
            ("address", core.crypto.EncryptedTextField()),
            ("province", models.CharField(max_length=30)),
            ("city", models.CharField(max_length=30)),
            ("district", models.CharField(blank=True, max_length=30)),
            ("is_default", models.BooleanField(default=False)),
            ("created_at", models.DateTimeField()),
            (
                "customer",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="addresses",
                    to="members.customer",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=Q(is_default=True), fields=("customer",), name="address_one_default"
                )
            ]
        },
    ),
]

FREIGHT = [
    migrations.CreateModel(
        name="FreightTemplate",
        fields=[
            ("id", _id()),
            ("public_id", _public_id()),
            ("name", models.CharField(max_length=40)),
            (
                "basis",
                models.CharField(
                    choices=[("piece", "按件数"), ("weight", "按重量")],
                    default="piece",
                    max_length=6,
                ),
            ),
            ("zones", models.JSONField()),
            ("refused", models.JSONField(default=list)),
            ("free_from_fen", models.PositiveBigIntegerField(default=0)),
            ("free_from_pieces", models.PositiveIntegerField(default=0)),
            ("is_default", models.BooleanField(default=False)),
            ("created_at", models.DateTimeField()),
            (
                "brand",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.orgunit"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=Q(is_default=True), fields=("brand",), name="freight_one_default"
                )
            ]
        },
    ),
    migrations.AddField(
        model_name="product",
        name="freight",
        field=models.ForeignKey(
            db_index=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="products",
            to="mall.freighttemplate",
        ),
    ),
    migrations.AddField(
        model_name="sku", name="weight_g", field=models.PositiveIntegerField(default=0)
    ),
]

RETURNS = [
    migrations.AlterField(
        model_name="refund",
        name="state",
        field=models.CharField(choices=REFUND_STATES, default="requested", max_length=10),
    ),
    migrations.AddField(
        model_name="refund",
        name="way",
        field=models.CharField(
            choices=[("refund_only", "仅退款"), ("return_goods", "退货退款")],
            default="refund_only",
            max_length=12,
        ),
    ),
    migrations.AddField(
        model_name="refund",
        name="return_carrier",
        field=models.CharField(blank=True, max_length=40),
    ),
    migrations.AddField(
        model_name="refund",
        name="return_tracking_no",
        field=models.CharField(blank=True, max_length=64),
    ),
    migrations.AddField(
        model_name="refund", name="restocks", field=models.BooleanField(default=False)
    ),
    migrations.AddField(
        model_name="refund", name="decided_at", field=models.DateTimeField(null=True)
    ),
    migrations.AddField(
        model_name="refundline", name="pieces", field=models.PositiveIntegerField(default=0)
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0005_flash_sales"),
        ("members", "0003_facts"),
        ("org", "0001_initial"),
    ]

    operations = [*CARTS, *FREIGHT, *RETURNS]
