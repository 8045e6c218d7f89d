"""Pieces of one line may come back by several refunds, by each of them once."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("mall", "0006_carts_and_freight")]

    operations = [
        migrations.RemoveConstraint(model_name="stockrelease", name="release_once"),
        migrations.AddField(
            model_name="stockrelease",
            name="refund",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="mall.refund",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockrelease",
            constraint=models.UniqueConstraint(
                condition=Q(refund=None), fields=("line", "kind"), name="release_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockrelease",
            constraint=models.UniqueConstraint(
                condition=Q(refund__isnull=False),
                fields=("line", "refund"),
                name="release_refund_once",
            ),
        ),
    ]
