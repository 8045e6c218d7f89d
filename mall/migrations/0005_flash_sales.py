"""Flash sales, their pieces in buckets, what each person took, what lines gave back.

`fact_order` also tells the live room that an order was placed in.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.ids

FACT_ORDER = """
CREATE OR REPLACE VIEW fact_order AS
SELECT id AS order_id, platform, kind, state, brand_id, store_id, member_id, placed_at,
       paid_at, received_at, total_fen, paid_fen, freight_fen, refunded_fen, room_ref
FROM mall_order
"""

FORMER_FACT_ORDER = """
DROP VIEW fact_order;
CREATE VIEW fact_order AS
SELECT id AS order_id, platform, kind, state, brand_id, store_id, member_id, placed_at,
       paid_at, received_at, total_fen, paid_fen, freight_fen, refunded_fen
FROM mall_order
"""


def _id() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    dependencies = [("mall", "0004_refund_applied")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="room_ref",
            field=models.CharField(blank=True, max_length=26),
        ),
        migrations.CreateModel(
            name="FlashSale",
            fields=[
                ("id", _id()),
                (
                    "public_id",
                    models.CharField(default=core.ids.public_id, max_length=26, unique=True),
                ),
                ("price_fen", models.PositiveBigIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                ("per_person", models.PositiveIntegerField(default=1)),
                ("pay_minutes", models.PositiveSmallIntegerField(default=5)),
                ("room_ref", models.CharField(blank=True, max_length=26)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "sku",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="mall.sku",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("per_person__gte", 1),
                            ("quantity__gte", 1),
                            ("starts_at__lt", models.F("ends_at")),
                        ),
                        name="flash_sale_sane",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockBucket",
            fields=[
                ("id", _id()),
                ("number", models.PositiveSmallIntegerField()),
                ("pieces", models.PositiveIntegerField()),
                (
                    "sale",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="buckets",
                        to="mall.flashsale",
                    ),
                ),
                (
                    "stock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="mall.stock",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("sale", "number"), name="bucket_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="FlashClaim",
            fields=[
                ("id", _id()),
                ("person", models.CharField(max_length=80)),
                ("taken", models.PositiveIntegerField()),
                (
                    "sale",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="mall.flashsale",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("sale", "person"), name="claim_person")
                ],
            },
        ),
        migrations.AddField(
            model_name="orderline",
            name="claim",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="mall.flashclaim",
            ),
        ),
        migrations.CreateModel(
            name="StockRelease",
            fields=[
                ("id", _id()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cancelled", "取消"),
                            ("timeout", "超时未付"),
                            ("refunded", "退款"),
                            ("expired", "福利过期"),
                        ],
                        max_length=9,
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="releases",
                        to="mall.orderline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("line", "kind"), name="release_once")
                ],
            },
        ),
        migrations.RunSQL(FACT_ORDER, FORMER_FACT_ORDER),
    ]
