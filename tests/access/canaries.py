"""Marks in every text of Breeze, and the search for them in whatever Aurora is answered.

The columns are taken from the models, so a new table or column is marked without anybody
thinking of it. What cannot carry a mark is in `EXEMPT`, by name and with a reason.
"""

import json
import random
import re
import zlib
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.http import HttpResponseBase

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
LEAST = 8
"""A column shorter than this holds no mark that could not come about by chance."""

OPAQUE = "随机凭证，另有重放测试"
ADDRESS = "写在网址里的编号：回显网址时会被误认为泄露"
MEANS = "值有含义：换成别的，这一行就到不了"
SIGNED = "签名的会话：改动即作废"
FRAMEWORK = "框架自己的目录，两家相同"

EXEMPT = {
    "sessions.Session.session_key": OPAQUE,
    "sessions.Session.session_data": SIGNED,
    "contenttypes.ContentType.app_label": FRAMEWORK,
    "contenttypes.ContentType.model": FRAMEWORK,
    "org.OrgUnit.path": MEANS,
    "org.Staff.role": MEANS,
    "org.ApiKey.role": MEANS,
    "org.ApiKey.prefix": OPAQUE,
    "org.ApiKey.secret_hash": OPAQUE,
    "wecom.WecomApp.callback_key": OPAQUE,
    "wechatpay.PayMerchant.notify_key": OPAQUE,
    "acquisition.Card.serial": OPAQUE,
    "acquisition.Scan.token": OPAQUE,
    "distribution.ShareLink.token": OPAQUE,
    "livestream.Invite.token": OPAQUE,
    "core.Job.lane": MEANS,
    "mall.Refund.out_refund_no": ADDRESS,
    "mall.Sku.code": ADDRESS,
    "mall.Order.platform": MEANS,
    "community.SopSlot.key": ADDRESS,
    "outreach.Chunk.mark": ADDRESS,
}


def merchant_models() -> list[type[models.Model]]:
    """Every model whose table stands in a merchant's schema."""
    labels = {config.label for config in apps.get_app_configs() if config.name in _TENANT_APPS}
    return [model for model in apps.get_models() if model._meta.app_label in labels]


_TENANT_APPS = set(settings.TENANT_APPS)


def text_fields(model: type[models.Model]) -> list[models.Field]:
    """The columns of a model that may hold words."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, kinds) and not field.choices
    ]


def name_of(field: models.Field) -> str:
    return f"{field.model._meta.label}.{field.name}"


class Canaries:
    """One run's marks: `token` stands in each of them, and nowhere else."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.token = "".join(random.Random(seed).choices(LETTERS, k=LEAST))
        self._seen = re.compile(self.token.encode(), re.IGNORECASE)
        self.marked: dict[str, int] = {}

    def text(self, field: models.Field, pk: object) -> str:
        """`CANARY-B-<table>-<pk>-<token>`, or as much of it as the column holds."""
        room = field.max_length or 1_000
        for words in (
            f"CANARY-B-{field.model._meta.db_table}-{pk}-{self.token}",
            f"{self.token}{pk}",
            self.token,
        ):
            if len(words) <= room:
                return words
        raise ValueError(f"{name_of(field)} holds no mark")

    def mark_all(self) -> None:
        """Mark every row of every table. Call on Breeze's schema, as the tables' owner."""
        for model in merchant_models():
            fields = [field for field in text_fields(model) if self._takes(field)]
            for row in model._default_manager.all():
                values = {field.name: self._value(field, row) for field in fields}
                if values:
                    model._default_manager.filter(pk=row.pk).update(**values)
            for field in fields:
                self.marked[name_of(field)] = model._default_manager.count()

    def _takes(self, field: models.Field) -> bool:
        return name_of(field) not in EXEMPT and field.name != "public_id"

    def _value(self, field: models.Field, row: models.Model) -> Any:
        mark, value = self.text(field, row.pk), getattr(row, field.attname)
        if isinstance(field, models.JSONField):
            return self._in_json(value, mark)
        if name_of(field) == "mall.Order.receiver" and value:
            return json.dumps({**json.loads(value), "name": mark})
        return mark

    def _in_json(self, value: Any, mark: str) -> Any:
        if isinstance(value, dict):
            return {**value, "canary": mark}
        if isinstance(value, list):
            first = value[0] if value else mark
            more = {**first, "name": mark, "message": mark} if isinstance(first, dict) else mark
            return [*value, more]
        return mark

    def found_in(self, answer: HttpResponseBase) -> bool:
        """Whether a mark shows in the body, a header, a redirect, a cookie or a file."""
        head = "\n".join(f"{name}: {value}" for name, value in answer.items())
        head += answer.cookies.output()
        return self.is_in(head.encode()) or self.is_in(body_of(answer))

    def is_in(self, data: bytes) -> bool:
        return self._seen.search(data) is not None


def body_of(answer: Any) -> bytes:
    """The bytes of an answer; what a PDF has packed is unpacked and added."""
    data: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if data.startswith(b"%PDF"):
        data += b"".join(_unpacked(data))
    return data


def _unpacked(data: bytes) -> list[bytes]:
    parts = []
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return parts
