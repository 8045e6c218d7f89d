"""Stand-ins for the ports of members."""

import datetime as dt
from dataclasses import dataclass, field, replace

from core.errors import Outcome, PortFailure
from members.contracts import ContactDetails, Follow


@dataclass
class FakeSource:
    """Contacts as the outside would tell of them, changed by what people do there."""

    people: dict[str, ContactDetails] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    failing: int = 0

    def add(
        self,
        external_userid: str,
        userid: str,
        at: dt.datetime,
        *,
        unionid: str = "",
        name: str = "顾客",
        state: str = "",
    ) -> None:
        known = self.people.get(external_userid, ContactDetails(external_userid, name, unionid))
        others = tuple(entry for entry in known.follows if entry.userid != userid)
        follow = Follow(userid, state=state, add_way=1, created_at=at)
        self.people[external_userid] = replace(known, follows=(*others, follow))

    def drop(self, external_userid: str, userid: str) -> None:
        """The staff side deletes: the friendship can no longer be read."""
        known = self.people[external_userid]
        left = tuple(entry for entry in known.follows if entry.userid != userid)
        self.people[external_userid] = replace(known, follows=left)

    def fetch(self, external_userid: str) -> ContactDetails:
        self.asked.append(external_userid)
        if self.failing:
            self.failing -= 1
            raise PortFailure("-1", outcome=Outcome.RETRYABLE)
        known = self.people.get(external_userid)
        if known is None or not known.follows:
            raise PortFailure("contact_gone")
        return known

    def list_external(self, userid: str) -> list[str]:
        return [
            external
            for external, known in self.people.items()
            if any(entry.userid == userid for entry in known.follows)
        ]


@dataclass
class FakeTags:
    """Tags as the guides' client shows them."""

    made: dict[tuple[str, str], str] = field(default_factory=dict)
    marked: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def ensure_tag(self, group: str, name: str) -> tuple[str, str]:
        tag_id = self.made.setdefault((group, name), f"et{len(self.made) + 1}")
        return f"eg_{group}", tag_id

    def mark(self, userid: str, external_userid: str, add: list[str], remove: list[str]) -> None:
        self.marked.append((userid, external_userid, tuple(add)))
