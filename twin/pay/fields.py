"""Checks shared by the bodies of the payment API, all answered with 400 PARAM_ERROR."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from twin.context import Twin
from twin.pay.errors import PayError, bad_param
from twin.strict import BadField, Field, check_fields

MAX_FEN = 2**31 - 1


def text(max_bytes: int, **more: Any) -> Field:
    """A string of at most so many UTF-8 bytes."""
    return _field(str, max_bytes=max_bytes, **more)


def chars(max_chars: int, **more: Any) -> Field:
    """A string of at most so many characters."""
    return _field(str, max_chars=max_chars, **more)


def number(**more: Any) -> Field:
    """An integer; a JSON number with a fraction is refused."""
    return _field(int, **more)


def switch() -> Field:
    """true or false."""
    return _field(bool)


def group(fields: Mapping[str, Field], **more: Any) -> Field:
    """An object."""
    return _field(dict, fields=fields, **more)


def array(item: Field, **more: Any) -> Field:
    """A list of like things."""
    return _field(list, item=item, **more)


def _field(kind: type, **more: Any) -> Field:
    return Field(kind, missing="PARAM_ERROR", invalid="PARAM_ERROR", **more)


def check_body(twin: Twin, body: dict[str, Any], fields: Mapping[str, Field]) -> None:
    """Raise PayError for the first field that is missing, unknown or out of bounds."""
    refuse = bool(twin.settings.get("refuse_unknown_fields"))
    try:
        check_fields(body, fields, unknown="PARAM_ERROR", refuse_unknown=refuse)
    except BadField as error:
        raise bad_param(error.field, error.reason) from error


def check_pattern(field: str, value: str, pattern: str) -> None:
    """Raise PayError when ``value`` is not wholly of the pattern."""
    if re.fullmatch(pattern, value) is None:
        raise bad_param(field, "字符串规则校验失败")


def check_fen(field: str, value: int, least: int = 1) -> None:
    """Raise PayError when an amount in fen is below ``least`` or absurd."""
    if not least <= value <= MAX_FEN:
        raise bad_param(field, f"应在{least}与{MAX_FEN}之间")


def check_cny(field: str, value: str | None) -> None:
    """Raise PayError for any other currency."""
    if value not in (None, "CNY"):
        raise bad_param(field, "仅支持CNY")


def check_notify_url(url: str | None) -> None:
    """https, a host, no query and no fragment."""
    if url is None:
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "?" in url or "#" in url:
        raise bad_param("notify_url", "应为不带参数的https地址")


def seconds_of(field: str, value: str) -> int:
    """Unix seconds of an RFC 3339 time with a zone."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise bad_param(field, "应为rfc3339格式") from error
    if moment.tzinfo is None or "T" not in value:
        raise bad_param(field, "应为rfc3339格式")
    return int(moment.timestamp())


def check_query_mchid(query: dict[str, str], mchid: str) -> None:
    """Order queries name the merchant a second time, in the query string."""
    if "mchid" not in query:
        raise PayError("PARAM_ERROR", "缺少查询参数mchid")
    if query["mchid"] != mchid:
        raise PayError("NO_AUTH", "商户号与签名中的商户号不一致")
