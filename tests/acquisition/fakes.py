"""A stand-in for the port of acquisition."""

from dataclasses import dataclass, field

from acquisition.contracts import InviteLink, Way
from core.errors import Outcome, PortFailure


@dataclass
class FakeWays:
    """Codes made outside; `script` holds ok, lost (made, no answer) or a failure code."""

    ways: dict[str, Way] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    script: list[str] = field(default_factory=list)

    def create(self, userids: list[str], state: str, remark: str = "") -> Way:
        step = self.script.pop(0) if self.script else "ok"
        if step not in ("ok", "lost"):
            raise PortFailure(step)
        way = Way(f"cfg{len(self.ways) + 1}", f"https://code.test/{state}", state)
        self.ways[state] = way
        if step == "lost":
            raise PortFailure("timeout", outcome=Outcome.UNKNOWN)
        return way

    def find(self, state: str) -> Way | None:
        return self.ways.get(state)

    def change_staff(self, config_id: str, userids: list[str]) -> None:
        return None

    def delete(self, config_id: str) -> None:
        self.ways = {s: way for s, way in self.ways.items() if way.config_id != config_id}

    def create_link(self, userid: str, name: str) -> InviteLink:
        link = InviteLink(f"link_{userid}", f"https://link.test/{userid}")
        self.links[link.link_id] = userid
        return link

    def delete_link(self, link_id: str) -> None:
        self.links.pop(link_id, None)
