"""What speaks for whom: the candidates of an order, read once at its creation."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from core.crypto import blind_index, normal_phone
from core.errors import NotFound
from distribution.candidates import Candidate
from distribution.contracts import EvidenceKind
from distribution.models import Binding, Evidence, Promoter
from distribution.selectors.bindings import find_binding_at
from members.contracts import UNIONID
from members.models import Member
from members.selectors import find_member, list_identities_of
from org.models import OrgUnit, Staff
from org.selectors import get_unit

LOOK_BACK = dt.timedelta(days=31)
"""No window of evidence is longer than 30 days."""
MOST = 50
"""At most so many pieces of evidence are kept with an order, the latest first."""


@dataclass
class CandidateReader:
    """Reads the candidates of one buyer in one brand as of `placed_at`."""

    member_id: int
    brand_id: int
    placed_at: dt.datetime

    def read(self) -> list[Candidate]:
        """Every candidate with a time not after `placed_at`; headquarters comes last."""
        return [*self._from_evidence(), *self._from_binding(), *self._from_houses()]

    @property
    def binding_id(self) -> int | None:
        return self._binding.pk if self._binding else None

    def _from_evidence(self) -> Iterator[Candidate]:
        for row in reversed(self._evidence):
            yield self._of_guide(row.kind, row.guide, at=row.at, ref=row.ref)

    def _from_binding(self) -> Iterator[Candidate]:
        if self._binding is not None:
            binding = self._binding
            yield self._of_guide(
                EvidenceKind.BIND,
                binding.guide,
                at=binding.bound_at,
                until=binding.valid_until,
                ref=str(binding.pk),
            )

    def _from_houses(self) -> Iterator[Candidate]:
        """The bound guide's store, else the member's home store; then headquarters."""
        store = self._binding.guide.unit if self._binding else None
        store = store or self._buyer.unit
        if store is not None and store.pk != self.brand_id:
            yield _of_house(EvidenceKind.STORE, store)
        yield _of_house(EvidenceKind.HQ, get_unit(self.brand_id))

    def _of_guide(
        self,
        kind: str,
        guide: Staff,
        *,
        at: dt.datetime,
        until: dt.datetime | None = None,
        ref: str = "",
    ) -> Candidate:
        promoter = self._promoters.get(guide.pk)
        return Candidate(
            kind=str(kind),
            guide_id=guide.pk,
            guide_name=guide.name,
            unit_id=guide.unit_id,
            unit_name=guide.unit.name if guide.unit else "",
            at=at.isoformat(),
            until=until.isoformat() if until else "",
            ref=ref,
            tier=promoter.tier if promoter else "",
            recruiter_id=promoter.recruiter.guide_id if promoter and promoter.recruiter else None,
            is_self=self._is_self(guide, promoter),
            is_active=guide.is_active,
        )

    def _is_self(self, guide: Staff, promoter: Promoter | None) -> bool:
        """The buyer is the guide: the same WeChat, or the same full phone."""
        if promoter is not None and promoter.unionid and promoter.unionid in self._unionids:
            return True
        phone = normal_phone(guide.phone)
        return bool(phone) and blind_index(phone) == self._buyer.phone_index

    @cached_property
    def _evidence(self) -> list[Evidence]:
        rows = Evidence.objects.select_related("guide__unit").filter(
            member_id=self.member_id,
            brand_id=self.brand_id,
            at__lte=self.placed_at,
            at__gt=self.placed_at - LOOK_BACK,
        )
        return list(rows.order_by("-at", "-pk")[:MOST])

    @cached_property
    def _binding(self) -> Binding | None:
        return find_binding_at(self.member_id, self.brand_id, self.placed_at)

    @cached_property
    def _promoters(self) -> dict[int, Promoter]:
        bound = (self._binding.guide_id,) if self._binding else ()
        ids = set(chain((row.guide_id for row in self._evidence), bound))
        rows = Promoter.objects.select_related("recruiter").filter(guide_id__in=ids)
        return {row.guide_id: row for row in rows}

    @cached_property
    def _buyer(self) -> Member:
        member = find_member(self.member_id)
        if member is None:
            raise NotFound(member_id=self.member_id)
        return member

    @cached_property
    def _unionids(self) -> frozenset[str]:
        rows = list_identities_of(self._buyer).filter(kind=UNIONID)
        return frozenset(rows.values_list("value", flat=True))


def _of_house(kind: EvidenceKind, unit: OrgUnit) -> Candidate:
    return Candidate(kind=kind.value, unit_id=unit.pk, unit_name=unit.name)
