"""Texts within the platform's limits, which count bytes here and characters there."""


def cut_bytes(text: str, limit: int) -> str:
    """The longest start of `text` that fits into `limit` bytes of UTF-8."""
    return text.encode()[:limit].decode(errors="ignore")
