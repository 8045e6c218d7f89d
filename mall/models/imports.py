"""How a file's columns are read, kept by name."""

from django.db import models


class ImportMapping(models.Model):
    name = models.CharField(max_length=60, unique=True)
    platform = models.CharField(max_length=20)
    mapping = models.JSONField()
    created_at = models.DateTimeField()
