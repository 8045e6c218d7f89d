"""Payouts: a guide's account, each withdrawal under its number, and what does not agree."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import core.crypto
import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("distribution", "0004_commission_public_id"),
        ("org", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=core.ids.public_id, max_length=26)),
                ("out_bill_no", models.CharField(max_length=32)),
                ("token", models.CharField(default=core.ids.public_id, max_length=26)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待审批"),
                            ("approved", "待发放"),
                            ("sending", "发放中"),
                            ("waiting_confirm", "待确认收款"),
                            ("paid", "已到账"),
                            ("failed", "发放失败"),
                            ("overdue", "未确认已退回"),
                            ("cancelled", "已撤回"),
                        ],
                        default="asked",
                        max_length=16,
                    ),
                ),
                ("gross_fen", models.BigIntegerField()),
                ("tax_fen", models.BigIntegerField(default=0)),
                ("amount_fen", models.BigIntegerField()),
                ("tax_profile", models.CharField(max_length=10)),
                ("remark", models.CharField(max_length=32)),
                ("mchid", models.CharField(blank=True, max_length=32)),
                ("appid", models.CharField(blank=True, max_length=32)),
                ("openid", models.CharField(blank=True, max_length=64)),
                ("transfer_bill_no", models.CharField(blank=True, max_length=64)),
                ("package", models.CharField(blank=True, max_length=600)),
                (
                    "last_call",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "还没有请求"),
                            ("doubtful", "结果未知"),
                            ("refused", "被拒绝"),
                            ("taken", "已受理"),
                        ],
                        max_length=8,
                    ),
                ),
                ("called_at", models.DateTimeField(null=True)),
                ("check_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=160)),
                ("cancel_asked_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("waiting_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("log", models.JSONField(default=list)),
                (
                    "guide",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.staff"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayoutDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("ref", models.CharField(max_length=64)),
                ("detail", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "withdrawal",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="distribution.withdrawal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayoutAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("drawn_fen", models.BigIntegerField(default=0)),
                ("appid", models.CharField(blank=True, max_length=32)),
                ("openid", models.CharField(blank=True, max_length=64)),
                ("real_name", core.crypto.EncryptedTextField(blank=True)),
                ("bound_at", models.DateTimeField(null=True)),
                ("usable_at", models.DateTimeField(null=True)),
                (
                    "guide",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payout_account",
                        to="org.staff",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("drawn_fen__gte", 0)), name="payout_drawn_not_negative"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("openid", ""), _negated=True),
                        fields=("appid", "openid"),
                        name="payout_openid_once",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="withdrawal",
            index=models.Index(fields=["guide", "-asked_at"], name="withdrawal_guide"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(fields=("public_id",), name="withdrawal_public_id"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(fields=("out_bill_no",), name="withdrawal_bill_no"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(fields=("token",), name="withdrawal_token"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ("asked", "approved", "sending", "waiting_confirm"))
                ),
                fields=("guide",),
                name="withdrawal_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0),
                    ("tax_fen__gte", 0),
                    (
                        "gross_fen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("amount_fen"), "+", models.F("tax_fen")
                        ),
                    ),
                ),
                name="withdrawal_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutdifference",
            constraint=models.UniqueConstraint(
                fields=("kind", "ref"), name="payout_difference_ref"
            ),
        ),
    ]
