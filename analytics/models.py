"""Figures as they were computed, with what they were divided by."""

from django.db import models


class MetricValue(models.Model):
    """A metric of a day (or of the month that the day begins) in one dimension.

    Numerator and denominator are kept, never only the ratio; `dimension` "all" with
    key "" is the whole tenant.
    """

    metric = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    day = models.DateField()
    dimension = models.CharField(max_length=12, default="all")
    key = models.CharField(max_length=40, blank=True)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(null=True)
    is_matured = models.BooleanField(default=True)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("metric", "version", "day", "dimension", "key"), name="metric_cell"
            ),
        )
        indexes = (models.Index(fields=("metric", "dimension", "day"), name="metric_series"),)


class StaleDay(models.Model):
    """A day that late news touched: the next nightly run opens it again."""

    day = models.DateField(unique=True)
    noted_at = models.DateTimeField()


class NightlyRun(models.Model):
    """A pass over the days that changed; `seconds` of real time, `cells` written."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    days = models.PositiveIntegerField(default=0)
    cells = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
