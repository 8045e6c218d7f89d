"""20,000 pushes of people adding guides, a tenth of them copies, through the real address.

Ours: tenant, rights, proof, decryption, inbox and the job it owes, durable, acknowledged;
then two workers: greeting owed, person asked about at the twin, member, card matched, tag.
Peers in the same run, alternating, under the same server: the textbook view that does
everything by plain ORM before it answers, behind our middleware; the same Django reading
one row, behind our middleware; and the limit, a bare Django reading one row. Then a steady
190 pushes a second, a replay, ten times the members, and how long a greeting takes. What
would be unfair: the textbook asks WeCom nothing and sends nothing, so it is spared two
calls for each event that our workers make; it keeps no inbox, matches no card and loses
what it crashed on; the limit proves, decrypts and writes nothing. The load is signed
beforehand and driven from the same two cores.
"""

import argparse
import random
import statistics
import time
from dataclasses import dataclass, field

from benchmarks.callback_house import CREW, GUIDES, WORKERS, Corp, open_corp
from benchmarks.callback_load import (
    CONNECTIONS,
    Add,
    deliver,
    deliver_or_fail,
    deliver_steadily,
    push,
    strangers,
    with_copies,
)
from benchmarks.greeting_waits import measure_greetings
from benchmarks.report import print_machine, print_ratio

RATE, P99 = 190.0, 0.2
WARM = 10
"""Adds before the first that counts: a worker's first of each job is slow."""

QUICK = {"events": 600, "rounds": 1, "handled": 30, "seconds": 3, "members": 2_000, "greetings": 10}


@dataclass
class Rates:
    """Events each second, a round each."""

    name: str
    each: list[float] = field(default_factory=list)

    def row(self) -> str:
        middle = statistics.median(self.each)
        return f"{self.name:<34} {middle:>9.1f} /s  [{min(self.each):.1f} … {max(self.each):.1f}]"


def main() -> None:
    wanted = _wanted()
    dice = random.Random(wanted.seed)
    print_machine("django", "granian", "celery", "wechatpy", "psycopg2-binary")
    print(f"种子 {wanted.seed}；{WORKERS} 个网站进程，{CREW} 个后台进程，{CONNECTIONS} 个连接")
    groups = 2 * wanted.rounds
    base = min(10_000, wanted.members // 2)
    with open_corp(members=base, cards=groups * wanted.handled + 2 * WARM) as corp:
        print(f"synchronous_commit {corp.setting('synchronous_commit')}，"
              f"fsync {corp.setting('fsync')}")  # fmt: skip
        bench = Bench(corp, dice, wanted)
        bench.acknowledge()
        is_fine = bench.keep_the_rate()
        bench.handle()
        bench.grow()
        corp.tell_twin()
        is_fine &= measure_greetings(
            corp.market.house.twin, wanted.greetings, wanted.greeting_rate, wanted.rounds
        )
    raise SystemExit(0 if is_fine else 1)


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=20_000, help="推送总数，含一成重复")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--handled", type=int, default=100, help="每轮由后台处理完的添加数")
    parser.add_argument("--seconds", type=int, default=20, help="每秒 190 次的秒数")
    parser.add_argument("--members", type=int, default=100_000, help="增长到的会员数，自一万起")
    parser.add_argument("--greetings", type=int, default=100, help="量问候用时的添加数")
    parser.add_argument("--greeting-rate", type=float, default=5.0, help="那时每秒的添加数")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--quick", action="store_true", help="各项都很少，只看是否能跑")
    if parser.parse_known_args()[0].quick:
        parser.set_defaults(**QUICK)
    return parser.parse_args()


class Bench:
    def __init__(self, corp: Corp, dice: random.Random, wanted: argparse.Namespace) -> None:
        self.corp, self.dice, self.wanted = corp, dice, wanted
        self.ours = Rates("我们：落库后确认")
        self.textbook = Rates("教科书：同步视图，同样的中间件")
        self.behind = Rates("一次查询，同样的中间件")
        self.limit = Rates("极限：一次查询，裸 Django")
        self.finished = Rates("我们：确认到全部处理完")
        self.grown, self.grown_finished = Rates("会员更多：确认"), Rates("会员更多：处理完")
        self.asked: list[Add] = []
        self.failed = 0

    def acknowledge(self) -> None:
        """Alternating; the slower and the simpler sides get a share of the pushes."""
        for number in range(-1, self.wanted.rounds):
            size = self.wanted.events // self.wanted.rounds if number >= 0 else 100
            rates = (
                self._ours(f"A{number}", size),
                self._textbook(f"T{number}", max(100, size // 6)),
                self._plain("callbacks", size // 3),
                self._plain("one_query", size // 2),
            )
            if number >= 0:
                for series, rate in zip(self._all(), rates, strict=True):
                    series.each.append(rate)
                shown = "，".join(f"{rate:.1f}" for rate in rates)
                print(f"第 {number + 1} 轮，每秒：{shown}", flush=True)
        self.corp.set_aside()
        for series in self._all():
            print(series.row())
        print(f"教科书有 {self.failed} 次以 500 回答：同一件的两次推送撞在一起；不计入它的每秒数")
        ours = self.ours.each
        print_ratio("确认：我们对教科书", ours, self.textbook.each, "≥ 3")
        print_ratio("确认：我们对一次查询（同样的中间件）", ours, self.behind.each, "≥ 0.5")
        print_ratio("确认：我们对一次查询（裸）", ours, self.limit.each, "≥ 0.5")

    def _all(self) -> tuple[Rates, ...]:
        return self.ours, self.textbook, self.behind, self.limit

    def _ours(self, mark: str, size: int) -> float:
        """A tenth are copies; each event is stored once and owed once, or the time is void."""
        corp, adds = self.corp, strangers(mark, round(size * 0.9), GUIDES)
        sent = with_copies(adds, self.dice)
        before = self._stored()
        seconds = deliver(corp.port, [push(add, corp.host, corp.path) for add in sent])
        stored = [after - was for after, was in zip(self._stored(), before, strict=True)]
        if stored != [len(adds), len(sent), len(adds)]:
            raise SystemExit(f"收到 {len(sent)} 次 {len(adds)} 件，存下 {stored}，时间作废")
        return len(sent) / seconds

    def _stored(self) -> list[int]:
        """Events, deliveries and jobs owed."""
        messages = "FROM core_inboxmessage"
        jobs = "FROM core_job WHERE name = 'wecom.handle_contact'"
        return [
            self.corp.count(f"SELECT {what}")
            for what in (f"count(*) {messages}", f"coalesce(sum(deliveries), 0) {messages}",
                         f"count(*) {jobs}")
        ]  # fmt: skip

    def _textbook(self, mark: str, size: int) -> float:
        adds = strangers(mark, round(size * 0.9), GUIDES)
        sent = with_copies(adds, self.dice)
        pushes = [push(add, self.corp.host, "/textbook") for add in sent]
        seconds, failed = deliver_or_fail(self.corp.peers["callbacks"], pushes)
        kept = f"SELECT count(*) FROM members_contact WHERE external_userid LIKE 'wm{mark}%'"
        if self.corp.count(kept) != len(adds):
            raise SystemExit("教科书存下的不是每件一行，时间作废")
        self.failed += failed
        return (len(sent) - failed) / seconds

    def _plain(self, peer: str, size: int) -> float:
        """The same bodies, so that reading them costs the same."""
        (add,) = strangers("one", 1, GUIDES)
        request = push(add, self.corp.host, "/one")
        return size / deliver(self.corp.peers[peer], [request] * size)

    def keep_the_rate(self) -> bool:
        """190 pushes a second, whether or not the former ones were answered."""
        size = int(RATE * self.wanted.seconds)
        sent = with_copies(strangers("S", round(size * 0.9), GUIDES), self.dice)
        pushes = [push(add, self.corp.host, self.corp.path) for add in sent]
        waits = deliver_steadily(self.corp.port, pushes, RATE)
        self.corp.set_aside()
        marks = [waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.95, 0.99)]
        print(f"每秒 {RATE:g} 次，{self.wanted.seconds} 秒，后台未开："
              f"p50 {marks[0]:.0f} ms，p95 {marks[1]:.0f} ms，p99 {marks[2]:.0f} ms，"
              f"最慢 {waits[-1] * 1000:.0f} ms；目标 p99 < 200 ms")  # fmt: skip
        return marks[2] < P99 * 1000

    def handle(self) -> None:
        """With workers, from the first push to the last member, tag and owed greeting."""
        self.corp.hire()
        self._handled(WARM)
        for _ in range(self.wanted.rounds):
            self.finished.each.append(self._handled(self.wanted.handled))
        self._replay()
        print(self.finished.row())
        print_ratio("处理完：我们对教科书（它不问企业微信）",
                    self.finished.each, self.textbook.each, "—")  # fmt: skip

    def _handled(self, count: int) -> float:
        corp, adds = self.corp, self.corp.arrivals(count)
        self.asked += adds
        sent = with_copies(adds, self.dice)
        began = time.perf_counter()
        deliver(corp.port, [push(add, corp.host, corp.path) for add in sent])
        corp.await_handled(600)
        seconds = time.perf_counter() - began
        self._require_handled(adds)
        return len(sent) / seconds

    def _require_handled(self, adds: list[Add]) -> None:
        """Each has one friendship, one owed greeting, its card and its two tags."""
        names = ",".join(f"'{add.external_userid}'" for add in adds)
        friends = f"FROM members_contact c WHERE external_userid IN ({names}) AND is_active"
        found = [
            self.corp.count(f"SELECT count(*) {friends}"),
            self.corp.count(f"SELECT count(*) FROM outreach_greeting "
                            f"WHERE external_userid IN ({names})"),
            self.corp.count("SELECT count(*) FROM acquisition_card k WHERE consumed_by_id IN "
                            f"(SELECT member_id {friends})"),
            self.corp.count("SELECT count(*) FROM members_membertag WHERE member_id IN "
                            f"(SELECT member_id {friends})") // 2,
        ]  # fmt: skip
        if found != [len(adds)] * 4:
            raise SystemExit(f"{len(adds)} 次添加，好友、问候、卡、标签 {found}，时间作废")

    def _replay(self) -> None:
        """Everything that was handled is pushed once more: not one row may differ."""
        corp = self.corp
        corp.await_quiet(300)
        before = corp.digest()
        deliver(corp.port, [push(add, corp.host, corp.path) for add in self.asked])
        corp.await_quiet(300)
        if corp.digest() != before:
            raise SystemExit("重放改变了状态，时间作废")
        print(f"重放 {len(self.asked)} 件：状态不变")

    def grow(self) -> None:
        """The same with more members; the ratio is of medians, the rounds do not alternate."""
        corp, few = self.corp, self.corp.members
        corp.dismiss()
        corp.grow(self.wanted.members)
        for number in range(self.wanted.rounds):
            size = self.wanted.events // self.wanted.rounds // 4
            self.grown.each.append(self._ours(f"G{number}", size))
        corp.set_aside()
        corp.hire()
        self._handled(WARM)
        for _ in range(self.wanted.rounds):
            self.grown_finished.each.append(self._handled(self.wanted.handled))
        print(f"会员 {few:,} → {corp.members:,}")
        print(self.grown.row())
        print(self.grown_finished.row())
        print_ratio("增长：每次确认的时间", self.ours.each, self.grown.each, "≤ 1.2")
        print_ratio("增长：每件处理完的时间", self.finished.each, self.grown_finished.each, "≤ 1.2")
        corp.await_quiet(300)


if __name__ == "__main__":
    main()
