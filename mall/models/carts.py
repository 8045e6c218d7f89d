"""What a customer means to buy, and where their parcels go."""

from django.db import models
from django.db.models import Q

from core.crypto import EncryptedTextField
from core.ids import public_id


class CartLine(models.Model):
    """Pieces of a SKU in a login's cart; `seen_fen` is the price when it was put there.

    A person with two logins sees the lines of both as one cart.
    """

    customer = models.ForeignKey(
        "members.Customer", models.CASCADE, related_name="cart_lines", db_index=False
    )
    sku = models.ForeignKey("mall.Sku", models.CASCADE, db_index=False)
    quantity = models.PositiveIntegerField()
    seen_fen = models.PositiveBigIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("customer", "sku"), name="cart_line_sku"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=99), name="cart_line_pieces"
            ),
        )


class Address(models.Model):
    """An entry of a login's address book; who and which door is ciphertext."""

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    customer = models.ForeignKey("members.Customer", models.CASCADE, related_name="addresses")
    name = EncryptedTextField()
    phone = EncryptedTextField()
    address = EncryptedTextField()
    province = models.CharField(max_length=30)
    city = models.CharField(max_length=30)
    district = models.CharField(max_length=30, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("customer",), condition=Q(is_default=True), name="address_one_default"
            ),
        )
