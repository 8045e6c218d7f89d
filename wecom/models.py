"""A brand's credentials at WeCom and at its 公众号."""

from django.db import models

from core.crypto import EncryptedTextField


class WecomApp(models.Model):
    """A self-built app of a corp; `callback_key` is the unguessable part of its URL."""

    corp_id = models.CharField(max_length=64)
    agent_id = models.CharField(max_length=20)
    secret = EncryptedTextField()
    token = EncryptedTextField()
    aes_key = EncryptedTextField()
    callback_key = models.CharField(max_length=40, unique=True)
    checks = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
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
