"""A merchant whose guides are being added: cards scanned, people known at the twin, workers."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from benchmarks.callback_load import CORP_ID, Add
from tests.soak._house import free_port, wait_for
from tests.soak._market import APPID, SLUG, Market, add_goods, inside, open_market
from tests.wecom.forge_desk import AES_KEY, TOKEN

from django.db import connection  # isort: skip
from acquisition.models import Card, Scan  # isort: skip
from acquisition.services import create_batch  # isort: skip
from core import clock  # isort: skip
from core.ids import random_text  # isort: skip
from mall.services import create_benefit  # isort: skip
from members.models import Customer, Member  # isort: skip
from org.models import OrgUnit, Staff  # isort: skip

GUIDES = tuple(f"guide{n}" for n in range(8))
WORKERS, CREW = 2, 2
SECRET = "b3nch"
JOBS = "('wecom.handle_contact', 'acquisition.identify_contact')"

SEED = """
INSERT INTO members_member (public_id, name, phone, phone_index, source, created_at)
SELECT 'bench' || n, '客' || n, '', '', 'bench', now() FROM generate_series({0}, {1}) n;
INSERT INTO members_identity (member_id, kind, value, created_at)
SELECT id, 'external', 'wm-old-' || public_id, now() FROM members_member m
WHERE source = 'bench' AND NOT EXISTS (SELECT FROM members_identity WHERE member_id = m.id);
INSERT INTO members_contact (member_id, staff_id, external_userid, state, add_way,
    is_new_person, is_active, added_at, event_at, removed_by)
SELECT m.id, s.id, 'wm-old-' || m.public_id, '', 0, true, true, now(), now(), ''
FROM members_member m JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n
    FROM org_staff WHERE username LIKE 'guide%') s ON s.n = m.id % {2}
WHERE m.source = 'bench' AND NOT EXISTS (SELECT FROM members_contact WHERE member_id = m.id);
"""

DIGEST = """
SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
    SELECT concat_ws('|', 'inbox', key, state) AS line FROM core_inboxmessage
    UNION ALL SELECT concat_ws('|', 'job', name, key, state, attempts) FROM core_job
        WHERE name IN {jobs} OR name = 'outreach.send_greeting'
    UNION ALL SELECT concat_ws('|', 'contact', id, member_id, staff_id, external_userid, state,
        is_new_person, is_active, added_at, event_at, synced_at) FROM members_contact
    UNION ALL SELECT concat_ws('|', 'member', id, name, owner_id) FROM members_member
    UNION ALL SELECT concat_ws('|', 'tag', member_id, tag_id, at) FROM members_membertag
    UNION ALL SELECT concat_ws('|', 'story', member_id, kind, ref) FROM members_timelineentry
    UNION ALL SELECT concat_ws('|', 'greeting', key, state) FROM outreach_greeting
    UNION ALL SELECT concat_ws('|', 'card', id, state, consumed_by_id) FROM acquisition_card
) every
"""


@dataclass
class Corp:
    """The merchant, where its callbacks go, and how many members it has."""

    market: Market
    host: str
    path: str
    members: int = 0
    peers: dict[str, int] = field(default_factory=dict)
    scanned: list[str] = field(default_factory=list)
    crew: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.market.port

    def count(self, sql: str) -> int:
        return int(self.market.house.select(sql)[0][0])

    def change(self, sql: str) -> None:
        with inside(), connection.cursor() as cursor:
            cursor.execute(sql)

    def grow(self, members: int) -> None:
        """So many members with an identity and a guide, written in bulk."""
        self.change(SEED.format(self.members + 1, members, len(GUIDES)))
        self.change("ANALYZE members_member, members_identity, members_contact")
        self.members = members

    def arrivals(self, count: int) -> list[Add]:
        """People who scanned a card and, at the twin, added a guide; nobody was told yet."""
        twin, made = self.market.house.twin, []
        for number in range(count):
            person = twin.post("people", name=f"客{number}")["person"]
            guide = GUIDES[number % len(GUIDES)]
            added = twin.post("act/add", person=person, corp_id=CORP_ID, userid=guide)
            made.append((guide, added["external_userid"], added["welcome_code"]))
        now = int(time.time())
        return [Add(*each, now, state=self.scanned.pop()) for each in made]

    def set_aside(self) -> None:
        """What was only to be acknowledged is not to be handled."""
        self.change("UPDATE core_job SET state = 'cancelled' WHERE state = 'due'")

    def hire(self) -> None:
        """Two workers and a scheduler; Redis forgets the rings for what was set aside."""
        house = self.market.house
        house.wipe_redis()
        self.crew = [house.start("scheduler", "manage.py", "scheduler")]
        names = [f"worker{number}" for number in range(CREW)]
        lanes = "greeting,default,sync,send,money"
        self.crew += [house.worker(name, lanes, SIYU_LOG_LEVEL="INFO") for name in names]
        for name in names:
            house.await_line(name, " ready.")

    def dismiss(self) -> None:
        for process in self.crew:
            process.terminate()
            process.wait(timeout=60)

    def setting(self, name: str) -> str:
        return str(self.market.house.select(f"SHOW {name}")[0][0])

    def await_handled(self, seconds: float) -> None:
        open_ones = (
            f"SELECT count(*) FROM core_job WHERE state IN ('due', 'running') AND name IN {JOBS}"
        )
        wait_for(lambda: not self.count(open_ones), seconds, "handled")

    def await_quiet(self, seconds: float) -> None:
        """Nothing is owed that is not owed every day."""
        open_ones = """SELECT count(*) FROM core_job WHERE lane IN ('greeting', 'default')
            AND state IN ('due', 'running') AND due_at < now() + interval '1 minute'"""
        wait_for(lambda: not self.count(open_ones), seconds, "quiet")

    def digest(self) -> str:
        return str(self.market.house.select(DIGEST.format(jobs=JOBS))[0][0])

    def tell_twin(self) -> None:
        """From now on whoever adds a guide at the twin is pushed to us."""
        answer = self.market.house.twin.post(
            f"corps/{CORP_ID}/callback",
            url=f"http://{self.host}{self.path}",
            token=TOKEN,
            aes_key=AES_KEY,
        )
        if not answer.get("ok"):
            raise SystemExit(f"回调地址没有通过验证：{answer}")


@contextmanager
def open_corp(*, members: int, cards: int) -> Iterator[Corp]:
    with open_market(workers=WORKERS) as market:
        twin = market.house.twin
        twin.post("settings", callback_verify_timeout=20.0)
        twin.post("corps", corp_id=CORP_ID, name="集市", agent_id=1000002, secret=SECRET)
        for userid in GUIDES:
            twin.post(f"corps/{CORP_ID}/members", userid=userid, name=userid, contact_enabled=True)
        connected = market.house.manage(
            *("connect_wecom", "--tenant", SLUG, "--corp-id", CORP_ID, "--agent-id", "1000002"),
            *("--secret", SECRET, "--token", TOKEN, "--aes-key", AES_KEY),
        )
        url = urlsplit(connected["callback_url"])
        corp = Corp(market, url.netloc, url.path)
        with inside():
            _hire_guides()
            corp.scanned = _scan_cards(cards)
        corp.grow(members)
        _serve_peers(corp)
        yield corp


def _serve_peers(corp: Corp) -> None:
    for name in ("callbacks", "one_query"):
        corp.peers[name] = free_port()
        application = f"benchmarks.peers.{name}:application"
        corp.market.serve(name, corp.peers[name], application, WORKERS)


def _hire_guides() -> None:
    unit, now = OrgUnit.objects.get(kind="brand"), clock.now()
    Staff.objects.bulk_create(
        Staff(username=userid, name=userid, role="guide", unit=unit, wecom_userid=userid,
              created_at=now)
        for userid in GUIDES
    )  # fmt: skip


def _scan_cards(count: int) -> list[str]:
    """The tokens of so many people, each with a card of their own."""
    brand, guide, now = OrgUnit.objects.get(kind="brand"), Staff.objects.first(), clock.now()
    benefit = create_benefit(name="小样", sku=add_goods("GIFT", count), worth_fen=9_900)
    create_batch(name="一批", benefit=benefit, brand=brand, size=count)
    people = Member.objects.bulk_create(
        Member(name="", source="card", created_at=now) for _ in range(count)
    )
    logins = Customer.objects.bulk_create(
        Customer(member=person, appid=APPID, openid=f"o{n}", created_at=now, last_seen_at=now)
        for n, person in enumerate(people)
    )
    made: Sequence[Any] = Scan.objects.bulk_create(
        Scan(token=random_text(120), card=card, customer=login, staff=guide, created_at=now)
        for card, login in zip(Card.objects.order_by("pk"), logins, strict=True)
    )
    return [scan.token for scan in made]
