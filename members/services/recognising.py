"""Finding the person behind identities, or making one: set-based, without merging.

The rules stand in docs/rules.md, 识别与合并.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from core import clock
from core.crypto import blind_index, encrypt, normal_phone
from members.contracts import NoIdentity, Recognised
from members.models import Identity, Member, TimelineEntry

Pair = tuple[str, str]

CHUNK = 1_000
VALUE_LENGTH = 128


def recognise(
    *,
    identities: Sequence[Pair],
    name: str = "",
    phone: str = "",
    source: str = "",
    at: dt.datetime | None = None,
) -> Member:
    """The member who has any of `identities`, the first known one deciding; else a new one.

    Identities nobody has yet become theirs; a blank name or phone is filled in. Refuses
    `NoIdentity`.
    """
    row = Recognised("", tuple(identities), name, phone, source, at)
    return Member.objects.get(pk=recognise_many([row])[""])


def recognise_many(rows: Sequence[Recognised]) -> dict[str, int]:
    """Member ids by the rows' keys: what `recognise` on each in turn would answer.

    At most six statements for each 1,000 rows, each chunk in its own transaction unless
    the caller holds one. Refuses `NoIdentity`.
    """
    for row in rows:
        _clean(row.identities)
    found: dict[str, int] = {}
    for start in range(0, len(rows), CHUNK):
        with transaction.atomic(savepoint=False):
            found |= _recognise_chunk(rows[start : start + CHUNK])
    return found


@dataclass
class _Person:
    """One member of a chunk, known before or about to be made."""

    id: int | None
    row: Recognised
    name: str = ""
    phone: str = ""


@dataclass
class _Plan:
    """Who each row is, and what has to be written for that to be true."""

    holders: dict[Pair, _Person]
    by_key: dict[str, _Person] = field(default_factory=dict)
    made: list[_Person] = field(default_factory=list)
    added: dict[Pair, _Person] = field(default_factory=dict)
    conflicts: list[tuple[_Person, Pair]] = field(default_factory=list)

    def place(self, row: Recognised) -> None:
        pairs = _clean(row.identities)
        holders = [self.holders[pair] for pair in pairs if pair in self.holders]
        person = holders[0] if holders else self._make(row)
        person.name = person.name or row.name.strip()[:80]
        person.phone = person.phone or normal_phone(row.phone)
        self.by_key[row.key] = person
        for pair in pairs:
            if self.holders.setdefault(pair, person) is not person:
                self.conflicts.append((person, pair))
            elif pair not in self.added:
                self.added[pair] = person

    def _make(self, row: Recognised) -> _Person:
        person = _Person(None, row)
        self.made.append(person)
        return person


def _recognise_chunk(rows: Sequence[Recognised]) -> dict[str, int]:
    held = _holders({pair for row in rows for pair in _clean(row.identities)})
    people = {member_id: _Person(member_id, rows[0]) for member_id in held.values()}
    plan = _Plan({pair: people[member_id] for pair, member_id in held.items()})
    for row in rows:
        plan.place(row)

    _make_members(plan)
    _give_identities(plan, held)
    _fill_blanks([person for person in people.values() if person.name or person.phone])
    _tell_conflicts(plan)
    return {key: _id(person) for key, person in plan.by_key.items()}


def _clean(identities: Sequence[Pair]) -> list[Pair]:
    """Without blanks; a value too long for its column is known by its hash."""
    pairs = [(kind, value.strip()) for kind, value in identities if value.strip()]
    if not pairs:
        raise NoIdentity
    return [(kind, _fit(value)) for kind, value in pairs]


def _fit(value: str) -> str:
    if len(value) <= VALUE_LENGTH:
        return value
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()


def _holders(pairs: set[Pair]) -> dict[Pair, int]:
    """Who holds each pair now: one statement."""
    ordered = sorted(pairs)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.kind, i.value, i.member_id FROM members_identity i
               JOIN unnest(%s::text[], %s::text[]) AS w(kind, value)
                 ON i.kind = w.kind AND i.value = w.value""",
            [[kind for kind, _ in ordered], [value for _, value in ordered]],
        )
        return {(kind, value): member_id for kind, value, member_id in cursor.fetchall()}


def _make_members(plan: _Plan) -> None:
    if not plan.made:
        return
    now = clock.now()
    made = Member.objects.bulk_create(
        Member(
            name=person.name,
            phone=person.phone,
            phone_index=blind_index(person.phone) if person.phone else "",
            source=person.row.source[:40],
            created_at=person.row.at or now,
        )
        for person in plan.made
    )
    for person, member in zip(plan.made, made, strict=True):
        person.id = member.pk


def _give_identities(plan: _Plan, held: dict[Pair, int]) -> None:
    """Write the new pairs; where another transaction was faster, its member wins."""
    new = {pair: person for pair, person in plan.added.items() if pair not in held}
    if not new:
        return
    now = clock.now()
    Identity.objects.bulk_create(
        [
            Identity(kind=kind, value=value, member_id=_id(person), created_at=now)
            for (kind, value), person in sorted(new.items(), key=lambda item: item[0])
        ],
        ignore_conflicts=True,
    )
    if plan.made:
        _yield_to_winners(plan, _holders(set(new)))


def _yield_to_winners(plan: _Plan, held: dict[Pair, int]) -> None:
    """Somebody made the same stranger meanwhile: what we gave ours becomes theirs."""
    made = {_id(person) for person in plan.made}
    for pair, person in plan.added.items():
        ours, winner = _id(person), held.get(pair, person.id)
        if ours in made and winner is not None and winner != ours:
            Identity.objects.filter(member_id=ours).update(member_id=winner)
            Member.objects.filter(pk=ours).delete()
            person.id = winner


def _fill_blanks(people: Sequence[_Person]) -> None:
    """Give known members the name or phone they had not told before."""
    if not people:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE members_member m
               SET name = CASE WHEN m.name = '' THEN f.name ELSE m.name END,
                   phone = CASE WHEN m.phone_index = '' THEN f.phone ELSE m.phone END,
                   phone_index = CASE WHEN m.phone_index = '' THEN f.index ELSE m.phone_index END
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
                    AS f(id, name, phone, index)
               WHERE m.id = f.id AND ((m.name = '' AND f.name <> '')
                                      OR (m.phone_index = '' AND f.index <> ''))""",
            list(map(list, zip(*_blank_rows(people), strict=True))),
        )


def _blank_rows(people: Sequence[_Person]) -> Iterator[tuple[int, str, str, str]]:
    for person in people:
        phone = person.phone
        yield (
            _id(person),
            person.name,
            encrypt(phone) if phone else "",
            blind_index(phone) if phone else "",
        )


def _tell_conflicts(plan: _Plan) -> None:
    """Two members seem to be one: said on the winner's page, decided by a person."""
    now = clock.now()
    entries = [
        TimelineEntry(
            member_id=_id(person),
            kind="identity_conflict",
            at=now,
            ref=f"{kind}:{_id(plan.holders[kind, value])}"[:80],
            text=f"身份 {kind} 属于另一位会员，未自动合并",
        )
        for person, (kind, value) in plan.conflicts
        if _id(person) != _id(plan.holders[kind, value])
    ]
    if entries:
        TimelineEntry.objects.bulk_create(entries, ignore_conflicts=True)


def _id(person: _Person) -> int:
    assert person.id is not None
    return person.id
