"""Reading a decrypted event: leniently about what it holds, strictly about its size."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import ClassVar
from xml.parsers import expat

from core.errors import Refusal

MAX_DEPTH = 6
MAX_ELEMENTS = 5_000


class Senseless(Refusal):
    """A message that is authentic and yet cannot be understood."""

    code: ClassVar[str] = "callback_senseless"
    message: ClassVar[str] = "收到一条无法理解的回调消息"


@dataclass
class CallbackEvent:
    """Top-level elements by name; lists inside them by the name of their parent."""

    fields: dict[str, str] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def needed(self, name: str, limit: int = 64) -> str:
        value = self.fields.get(name, "")
        if not value or len(value) > limit:
            raise Senseless(f"{name} 缺失或过长")
        return value

    @property
    def kind(self) -> tuple[str, str]:
        return self.text("Event") or self.text("InfoType"), self.text("ChangeType")

    @property
    def created_at(self) -> dt.datetime:
        digits = self.text("CreateTime") or self.text("TimeStamp")
        if not re.fullmatch(r"[0-9]{9,10}", digits, re.ASCII):
            raise Senseless("CreateTime 缺失或不是时间")
        return dt.datetime.fromtimestamp(int(digits), dt.UTC)


class _Reader:
    """Collects text while expat walks, and stops at the first excess."""

    def __init__(self) -> None:
        self.event = CallbackEvent()
        self._path: list[str] = []
        self._text: list[str] = []
        self._count = 0

    def start(self, name: str, _attributes: object) -> None:
        self._path.append(name)
        self._text = []
        self._count += 1
        if len(self._path) > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise Senseless("结构过深或过大")
        if self._path[0] != "xml":
            raise Senseless("根元素不是 xml")

    def characters(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        text = "".join(self._text).strip()
        if len(self._path) == 2:
            if name in self.event.fields:
                raise Senseless(f"{name} 重复")
            self.event.fields[name] = text
        elif len(self._path) > 2:
            self.event.items.setdefault(self._path[1], []).append(text)
        self._path.pop()
        self._text = []

    def doctype(self, *_: object) -> None:
        raise Senseless("不接受 DOCTYPE")


def parse_event(text: str) -> CallbackEvent:
    """The event in a decrypted message; raises `Senseless`."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(text, True)  # noqa: FBT003  expat takes its flag by position only
    except (expat.ExpatError, ValueError) as error:
        raise Senseless(f"XML 无法解析：{error}") from error
    return reader.event


_CONTACT_ADDED = re.compile(
    r"<ChangeType>\s*(?:<!\[CDATA\[)?\s*add_(?:half_)?external_contact\b", re.ASCII
)
_NAMED = re.compile(r"<(Event|InfoType|ChangeType)>\s*(?:<!\[CDATA\[)?\s*([a-z_]{1,40})", re.ASCII)


def looks_like_contact_added(text: str) -> bool:
    """Enough to choose the lane before anything is parsed."""
    return bool(_CONTACT_ADDED.search(text))


def label(text: str) -> str:
    """A short name of the message for the person who reads the inbox."""
    return ".".join(value for _, value in _NAMED.findall(text)[:2])[:60]
