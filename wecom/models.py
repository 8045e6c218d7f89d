"""A brand's credentials at WeCom and at its 公众号."""

from django.db import models

from core.crypto import EncryptedTextField


class WecomApp(models.Model):
    """A self-built app of a corp; `callback_key` is the unguessable part of its URL.

    `verified_at` is when WeCom last proved that it can reach the callback address.
    """

    corp_id = models.CharField(max_length=64)
    agent_id = models.CharField(max_length=20)
    secret = EncryptedTextField()
    token = EncryptedTextField()
    aes_key = EncryptedTextField()
    callback_key = models.CharField(max_length=40, unique=True)
    checks = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("corp_id", "agent_id"), name="wecom_app_agent"),
        )


class MpAccount(models.Model):
    """The 公众号 through which customers log in."""

    appid = models.CharField(max_length=32, unique=True)
    secret = EncryptedTextField()
    checks = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()


class KeptToken(models.Model):
    """An access token or ticket while Redis is away; times are real times.

    `turn_until` is the lease of the one process that fetches a new one.
    """

    name = models.CharField(max_length=80, unique=True)
    value = EncryptedTextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    turn_owner = models.CharField(max_length=40, blank=True)
    turn_until = models.DateTimeField(null=True)
    fetches = models.PositiveIntegerField(default=0)
    window_until = models.DateTimeField(null=True)
