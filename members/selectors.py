"""Reading people; lists and details only through the eyes of an actor."""

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.crypto import blind_index, normal_phone
from core.errors import NotFound
from members.contracts import Preference
from members.models import (
    Consent,
    Contact,
    Customer,
    Identity,
    Member,
    MemberTag,
    Tag,
    TimelineEntry,
)
from org.contracts import Role
from org.models import Staff
from org.selectors import scope_path


def find_member(member_id: int) -> Member | None:
    return Member.objects.filter(pk=member_id).first()


def find_member_by(kind: str, value: str) -> Member | None:
    found = Identity.objects.select_related("member").filter(kind=kind, value=value).first()
    return found.member if found else None


def find_member_ids(kind: str, values: Collection[str]) -> dict[str, int]:
    """Whose each of `values` is, of those that are anybody's: one statement."""
    rows = Identity.objects.filter(kind=kind, value__in=values)
    return dict(rows.values_list("value", "member_id")) if values else {}


def list_members_for(actor: Staff) -> QuerySet[Member]:
    """Guides see whom they look after or befriended; others see their unit's subtree.

    A member no unit looks after yet is seen by those who see a whole brand.
    """
    members = Member.objects.select_related("owner", "unit").order_by("-created_at", "-pk")
    friendships = Contact.objects.filter(member=OuterRef("pk"))
    if actor.role == Role.GUIDE:
        return members.filter(Q(owner=actor) | Exists(friendships.filter(staff=actor)))
    path = scope_path(actor)
    if path == "/":
        return members
    below = Q(unit__path__startswith=path)
    if actor.unit is not None and actor.unit.kind == "brand":
        below |= Q(unit=None)
    return members.filter(below | Exists(friendships.filter(staff__unit__path__startswith=path)))


def get_member_for(actor: Staff, public_id: str) -> Member:
    found = list_members_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def search_members(actor: Staff, text: str, *, ids: Iterable[int] = ()) -> QuerySet[Member]:
    """Members in the actor's reach by part of a name or a whole phone; `ids` come along.

    A part of a phone finds nobody: only its blind index is kept.
    """
    rows, phone = list_members_for(actor), normal_phone(text)
    if phone:
        return rows.filter(phone_index=blind_index(phone))
    if text:
        return rows.filter(Q(name__icontains=text) | Q(pk__in=list(ids)))
    return rows


def find_customer(customer_id: int) -> Customer | None:
    return Customer.objects.select_related("member").filter(pk=customer_id).first()


def list_contacts_of(member: Member) -> QuerySet[Contact]:
    return Contact.objects.filter(member=member).select_related("staff").order_by("-added_at")


def find_live_contact(member: Member) -> Contact | None:
    """The newest friendship of a member that stands."""
    return list_contacts_of(member).filter(is_active=True).first()


def find_contact(staff: Staff, external_userid: str) -> Contact | None:
    rows = Contact.objects.select_related("member", "staff")
    return rows.filter(staff=staff, external_userid=external_userid).first()


def find_preference(member: Member) -> Preference:
    """How a member wants to be written to; ALL where they never said."""
    rows = Consent.objects.filter(member=member, purpose__in=list(Preference), withdrawn_at=None)
    purpose = rows.order_by("-given_at", "-pk").values_list("purpose", flat=True).first()
    return Preference(purpose) if purpose else Preference.ALL


def list_timeline(member: Member) -> QuerySet[TimelineEntry]:
    return TimelineEntry.objects.filter(member=member).order_by("-at", "-pk")


def count_tags() -> int:
    return Tag.objects.count()


def list_tags_of(member: Member) -> QuerySet[MemberTag]:
    return MemberTag.objects.filter(member=member).select_related("tag").order_by("tag__name")


def list_identities_of(member: Member) -> QuerySet[Identity]:
    return Identity.objects.filter(member=member).order_by("kind", "value")


def find_staff_by_wecom(userid: str) -> Staff | None:
    """A member of staff by their id in the client, active or not; ids ignore case."""
    rows = Staff.objects.select_related("unit")
    return rows.filter(wecom_userid__iexact=userid).first()
