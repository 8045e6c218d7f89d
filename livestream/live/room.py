"""One room in this process: its recent messages, its snapshot, and who watches."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from livestream.live.wire import CHATS, RECENT


@dataclass(frozen=True)
class Message:
    epoch: str
    seq: int
    kind: str
    text: str

    @classmethod
    def read(cls, text: str) -> "Message":
        found = json.loads(text)
        return cls(str(found["epoch"]), int(found["seq"]), str(found["kind"]), text)

    @property
    def body(self) -> Any:
        return json.loads(self.text)["body"]


@dataclass(frozen=True)
class Position:
    """Up to where a watcher knows a room; epoch "" knows nothing."""

    epoch: str = ""
    seq: int = 0


@dataclass
class LiveRoom:
    """Watchers keep a position of their own and read from the one shared buffer.

    So a slow one costs no memory: it lags, and past the buffer's beginning it is given
    the snapshot instead.
    """

    base: str
    epoch: str = ""
    seq: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    recent: deque[Message] = field(default_factory=lambda: deque(maxlen=RECENT))
    watchers: int = 0
    viewers: int = 0
    is_known: bool = False
    _heard: list[Message] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _frame: tuple[Position, str] | None = None

    @property
    def position(self) -> Position:
        return Position(self.epoch, self.seq)

    def hear(self, message: Message) -> bool:
        """Keep the next message for the next bunch; False when one before it is missing."""
        last = self._heard[-1].seq if self._heard else self.seq
        if message.epoch == self.epoch and message.seq <= last:
            return True
        if message.epoch != self.epoch or message.seq != last + 1:
            return False
        self._heard.append(message)
        return True

    def show(self) -> None:
        """Let everybody see what was heard: ten times a second at most, so in bunches."""
        for message in self._heard:
            self.seq = message.seq
            self.recent.append(message)
            if message.kind in KEPT:
                self.kept[message.kind] = json.dumps(message.body, ensure_ascii=False)
        self._heard = []
        self.wake()

    def reset(self, head: Position, kept: dict[str, str], recent: list[str]) -> None:
        """The room as Redis holds it, read at one instant."""
        self.epoch, self.seq, self.kept = head.epoch, head.seq, kept
        self.recent = deque((Message.read(text) for text in recent), maxlen=RECENT)
        self.is_known, self._heard = True, []
        self.wake()

    def wake(self) -> None:
        self._frame = None
        former, self._news = self._news, asyncio.Event()
        former.set()

    @property
    def viewers_text(self) -> str:
        return json.dumps({"viewers": self.viewers})

    async def wait(self, position: Position, viewers: int) -> None:
        """Until there is something that a watcher who knows this much does not know."""
        news = self._news
        if position == self.position and viewers == self.viewers:
            await news.wait()

    def frame_since(self, position: Position) -> str:
        """What a watcher at `position` must be sent: the messages since, or the snapshot."""
        if self._frame is not None and self._frame[0] == position:
            return self._frame[1]
        frame = self._missed(position)
        self._frame = (position, frame)
        return frame

    def _missed(self, position: Position) -> str:
        first = self.recent[0].seq if self.recent else self.seq + 1
        is_known = bool(position.epoch) and position.epoch == self.epoch
        if not is_known or not first - 1 <= position.seq <= self.seq:
            return self.snapshot()
        missed = [message.text for message in self.recent if message.seq > position.seq]
        return f'{{"messages":[{",".join(missed)}]}}'

    def snapshot(self) -> str:
        chats = self._chats()[-CHATS:]
        head: dict[str, Any] = {"epoch": self.epoch, "seq": self.seq}
        kept = ",".join(f"{json.dumps(kind)}:{body}" for kind, body in sorted(self.kept.items()))
        chat = ",".join(chats)
        return f'{{"snapshot":{{"head":{json.dumps(head)},"kept":{{{kept}}},"chat":[{chat}]}}}}'

    def _chats(self) -> list[str]:
        """What was said, without what was hidden since."""
        hidden = {message.body for message in self.recent if message.kind == "hide"}
        said = [message for message in self.recent if message.kind == "chat"]
        return [each.text for each in said if not hidden or each.body["id"] not in hidden]


KEPT = ("room", "shelf", "likes", "draws")
"""Kinds whose last message is part of the snapshot."""
