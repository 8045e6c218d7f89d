"""Who holds this phone: a cookie of the twin's host."""

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse

from twin.context import Twin, twin_of
from twin.people import create_person, find_person
from twin.store import dump
from twin.wecom.corps import find_member

COOKIE = "twin_me"


@dataclass(frozen=True)
class Holder:
    """A customer (``person``), or a member of a corp who also has a WeChat of their own."""

    person: str
    name: str
    corp_id: str = ""
    userid: str = ""

    @property
    def is_member(self) -> bool:
        """Whether the phone is open in WeCom."""
        return bool(self.userid)

    @property
    def inbox(self) -> str:
        """The owner of the messages shown."""
        return f"member:{self.corp_id}/{self.userid}" if self.is_member else f"person:{self.person}"


def holder_of(request: Request) -> Holder | None:
    """Whoever the cookie names, if they exist."""
    twin = twin_of(request)
    kind, _, rest = unquote(request.cookies.get(COOKIE, "")).partition(":")
    if kind == "person":
        return _customer(twin, rest)
    if kind == "member":
        corp_id, _, userid = rest.partition("/")
        return _member(twin, corp_id, userid)
    return None


def find_holder(twin: Twin, who: str, corp_id: str = "") -> Holder | None:
    """The person with this id, or the member with this userid (of any corp, or of one)."""
    if find_person(twin, who) is not None:
        return _customer(twin, who)
    found = twin.store.row(
        "SELECT corp_id FROM member WHERE userid = ? AND (? = '' OR corp_id = ?)",
        (who, corp_id, corp_id),
    )
    return _member(twin, found["corp_id"], who) if found else None


def _customer(twin: Twin, person: str) -> Holder | None:
    row = find_person(twin, person)
    return Holder(person, row["name"]) if row else None


def _member(twin: Twin, corp_id: str, userid: str) -> Holder | None:
    member = find_member(twin, corp_id, userid)
    if member is None:
        return None
    person = member["profile"].get("person")
    if not person or find_person(twin, person) is None:
        person = create_person(twin, member["name"])["person"]
        profile = dump({**member["profile"], "person": person})
        twin.store.execute(
            "UPDATE member SET profile = ? WHERE corp_id = ? AND userid = ?",
            (profile, corp_id, userid),
        )
    return Holder(person, member["name"], corp_id, member["userid"])


def become(holder: Holder, location: str) -> RedirectResponse:
    """Hand the phone to ``holder`` and go on to ``location``."""
    value = f"member:{holder.corp_id}/{holder.userid}" if holder.is_member else holder.inbox
    response = RedirectResponse(location, 303)
    response.set_cookie(COOKIE, quote(value, safe=""), path="/", samesite="lax", httponly=True)
    return response


def local_path(text: str | None, fallback: str = "/phone/") -> str:
    """``text`` when it is an address of the twin itself, so that a link cannot lead elsewhere."""
    if text and text.startswith("/") and not text.startswith(("//", "/\\")):
        return text
    return fallback


async def read_form(request: Request) -> dict[str, str]:
    """The last value of each field of a posted form."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}
