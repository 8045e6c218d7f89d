"""What others may import of acquisition: the ports it needs and what they carry."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from core.errors import InvalidInput, NotFound, Refusal
from core.events import Event

SUSPICIONS = {
    "ambiguous": "同一个二维码有多位扫码人，无法确认是谁添加的",
    "velocity": "短时间内同一网络或同一设备扫码过多",
    "hoarding": "同一个人在一天内扫了过多的卡",
    "staff": "扫码人是员工",
    "used": "这张卡已经被别人使用",
}
"""Why a scan is held: stable code to the sentence that a person reads."""


@dataclass(frozen=True)
class CardConsumed(Event):
    """A card brought a person to a guide; False when they were a contact before."""

    name: ClassVar[str] = "acquisition.card_consumed"
    card_id: int
    batch_id: int
    member_id: int
    staff_id: int
    is_new_person: bool


class CardUnknown(NotFound):
    """No such serial: said alike of a near miss, a mistyped code and a void card."""

    code: ClassVar[str] = "card_unknown"
    message: ClassVar[str] = "没有找到这张卡，请核对卡面上的序列号"


class TooManyGuesses(Refusal):
    code: ClassVar[str] = "too_many_guesses"
    message: ClassVar[str] = "尝试次数过多，请稍后再试"
    status: ClassVar[int] = 429


class CardTaken(Refusal):
    """The card has served somebody else."""

    code: ClassVar[str] = "card_taken"
    message: ClassVar[str] = "这张卡已经被使用过了"


class NoGuideAvailable(Refusal):
    code: ClassVar[str] = "no_guide_available"
    message: ClassVar[str] = "导购正在休息，请稍后再扫一次"
    status: ClassVar[int] = 503


class BatchInvalid(InvalidInput):
    code: ClassVar[str] = "batch_invalid"


class UnknownStaff(Refusal):
    """The push speaks of somebody who is not in our org."""

    code: ClassVar[str] = "unknown_staff"
    message: ClassVar[str] = "成员不在组织架构中，请先同步或绑定企业微信账号"


@dataclass(frozen=True)
class Way:
    """A contact code: `state` comes back in the event of whoever adds through it."""

    config_id: str
    qr_url: str
    state: str = ""


@dataclass(frozen=True)
class InviteLink:
    """A link that carries a token of each visitor (`?customer_channel=`)."""

    link_id: str
    url: str


class ContactWays(Protocol):
    """Makes the codes and links through which customers add a guide.

    `create` and `create_link` are not idempotent: after UNKNOWN ask `find` first.
    """

    def create(self, userids: list[str], state: str, remark: str = "") -> Way: ...

    def find(self, state: str) -> Way | None:
        """The code made with this state within the last day, if there is one."""
        ...

    def change_staff(self, config_id: str, userids: list[str]) -> None: ...

    def delete(self, config_id: str) -> None: ...

    def create_link(self, userid: str, name: str) -> InviteLink: ...

    def delete_link(self, link_id: str) -> None: ...
