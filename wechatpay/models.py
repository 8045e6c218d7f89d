"""A brand's merchant account at WeChat Pay."""

from django.db import models

from core.crypto import EncryptedTextField


class PayMerchant(models.Model):
    """`public_key_pem` is WeChat Pay's key named by `public_key_id` (PUB_KEY_ID_…).

    Both are "" for a merchant that still verifies with platform certificates.
    `certificates_asked_at` is real time: they are fetched at most once a minute.
    """

    mchid = models.CharField(max_length=32, unique=True)
    appid = models.CharField(max_length=32)
    serial = models.CharField(max_length=64)
    private_key_pem = EncryptedTextField()
    apiv3_key = EncryptedTextField()
    public_key_id = models.CharField(max_length=80)
    public_key_pem = models.TextField()
    notify_key = models.CharField(max_length=40, unique=True)
    checks = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    certificates_asked_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()


class PlatformCertificate(models.Model):
    """A certificate with which WeChat Pay signs; times are real times."""

    merchant = models.ForeignKey(PayMerchant, models.CASCADE, related_name="certificates")
    serial = models.CharField(max_length=64)
    pem = models.TextField()
    effective_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("merchant", "serial"), name="platform_certificate_serial"
            ),
        )
