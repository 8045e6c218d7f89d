"""What others may import of livestream: news, refusals, the port it needs, its words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from core.errors import InvalidInput, Refusal
from core.events import Event


class LiveChannel(Protocol):
    """Carries a room's news to whoever watches. It may lose all it holds at any time:
    the database is the truth, and every page asks it again.
    """

    def publish(self, room: str, kind: str, body: Any, *, keep: bool = False) -> None:
        """Send JSON `body` to the watchers of a room; `keep` puts it in the snapshot too.

        Never raises for a channel that is down.
        """
        ...

    def viewers(self, room: str) -> int:
        """How many sockets watch now; 0 when nobody can tell."""
        ...


class ShelfRole(StrEnum):
    """What an item of the shelf is for."""

    WELFARE = "welfare"
    TRAFFIC = "traffic"
    BESTSELLER = "bestseller"


ROLE_WORDS = {
    ShelfRole.WELFARE: "福利品",
    ShelfRole.TRAFFIC: "引流品",
    ShelfRole.BESTSELLER: "畅销品",
}


@dataclass(frozen=True)
class Watching:
    """How a page reaches the socket and the picture of a room."""

    socket_url: str
    media_url: str


@dataclass(frozen=True)
class LiveEntered(Event):
    """A member came into a live room by a guide's invitation, for the first time.

    `at` is the ISO instant the room went live: the window of its evidence starts there.
    """

    name: ClassVar[str] = "livestream.live_entered"
    room_id: str
    member_id: int
    guide_id: int
    at: str
    brand_id: int


@dataclass(frozen=True)
class LiveEnded(Event):
    """A room is over; ISO days bound the figures that it moved."""

    name: ClassVar[str] = "livestream.live_ended"
    room_id: int
    first_day: str
    last_day: str


class RoomStateRefused(Refusal):
    code: ClassVar[str] = "live_room_state"
    message: ClassVar[str] = "直播间当前的状态不支持这个操作"


class RoomNotLive(Refusal):
    code: ClassVar[str] = "live_room_not_live"
    message: ClassVar[str] = "直播还没有开始，或已经结束"


class HostUnverified(InvalidInput):
    code: ClassVar[str] = "live_host_unverified"
    message: ClassVar[str] = "开播前请确认主播身份已核验，且年满 16 周岁"


class ShelfEmpty(Refusal):
    code: ClassVar[str] = "live_shelf_empty"
    message: ClassVar[str] = "货架上还没有商品，先上架再开播"


class ForeignSku(InvalidInput):
    code: ClassVar[str] = "live_foreign_sku"
    message: ClassVar[str] = "商品不属于直播间的品牌"


class CommentRefused(InvalidInput):
    code: ClassVar[str] = "live_comment_refused"
    message: ClassVar[str] = "请输入 1 到 100 个字"


class TooFast(Refusal):
    code: ClassVar[str] = "live_too_fast"
    message: ClassVar[str] = "说得太快了，歇两秒再发"
    status: ClassVar[int] = 429


class PrizeUnlawful(InvalidInput):
    code: ClassVar[str] = "live_prize_unlawful"
    message: ClassVar[str] = "单个奖品价值不能超过 50,000 元"


class DrawTermsMissing(InvalidInput):
    code: ClassVar[str] = "live_draw_terms"
    message: ClassVar[str] = "抽奖须公布种类、条件、时间、方式、奖品名称、价值和数量"


class DrawClosed(Refusal):
    code: ClassVar[str] = "live_draw_closed"
    message: ClassVar[str] = "这次抽奖已经截止"


class DrawStillOpen(Refusal):
    code: ClassVar[str] = "live_draw_open"
    message: ClassVar[str] = "公布的截止时间还没到，不能提前开奖"


class DrawIneligible(Refusal):
    code: ClassVar[str] = "live_draw_ineligible"
    message: ClassVar[str] = "还不符合这次抽奖公布的条件"
