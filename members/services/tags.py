"""Labels on members, ours first and then where the guides see them."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from core import clock, jobs, ports
from members.contracts import TagWriter
from members.models import Contact, Member, MemberTag, Tag

NAME_LENGTH = 30


@transaction.atomic
def tag_member(*, member: Member, group: str, name: str, source: str) -> MemberTag:
    """Put a tag on a member once; the guides' client is told afterwards."""
    now = clock.now()
    tag, _ = Tag.objects.get_or_create(
        group_name=group[:NAME_LENGTH], name=name[:NAME_LENGTH], defaults={"created_at": now}
    )
    placed, created = MemberTag.objects.get_or_create(
        member=member, tag=tag, defaults={"source": source[:40], "at": now}
    )
    if created:
        owe_push(Contact.objects.filter(member=member, is_active=True))
    return placed


def define_tags(groups: Mapping[str, Sequence[str]]) -> int:
    """Have the tags of each group ready before anybody carries them; how many were new.

    They reach the guides' client with the first member that gets one.
    """
    now = clock.now()
    wanted = [
        (group[:NAME_LENGTH], name[:NAME_LENGTH]) for group in groups for name in groups[group]
    ]
    before = Tag.objects.count()
    Tag.objects.bulk_create(
        [Tag(group_name=group, name=name, created_at=now) for group, name in wanted],
        ignore_conflicts=True,
    )
    return Tag.objects.count() - before


@transaction.atomic
def tag_members(rows: Iterable[tuple[int, str]], *, group: str, source: str) -> int:
    """Put tags on many members by id, each once; how many were new."""
    pairs = list(dict.fromkeys((member_id, name[:NAME_LENGTH]) for member_id, name in rows))
    now, group = clock.now(), group[:NAME_LENGTH]
    Tag.objects.bulk_create(
        [Tag(group_name=group, name=name, created_at=now) for name in {name for _, name in pairs}],
        ignore_conflicts=True,
    )
    tags = dict(Tag.objects.filter(group_name=group).values_list("name", "pk"))
    known = set(
        MemberTag.objects.filter(tag_id__in=tags.values()).values_list("member_id", "tag_id")
    )
    new = [pair for pair in pairs if (pair[0], tags[pair[1]]) not in known]
    MemberTag.objects.bulk_create(
        [
            MemberTag(member_id=who, tag_id=tags[name], source=source[:40], at=now)
            for who, name in new
        ],
        ignore_conflicts=True,
    )
    owe_push(Contact.objects.filter(member_id__in={who for who, _ in new}, is_active=True))
    return len(new)


def owe_push(contacts: Iterable[Contact]) -> None:
    """Owe the guides' client the tags that these contacts' members have by now."""
    for contact in contacts:
        newest = MemberTag.objects.filter(member_id=contact.member_id).order_by("-pk").first()
        if newest is not None:
            key = f"{contact.pk}:{newest.pk}:{contact.event_at or ''}"
            payload = {"contact_id": contact.pk, "newest": newest.pk}
            jobs.enqueue("members.push_tags", payload, key=key)


def push_tags(*, contact_id: int, newest: int) -> None:
    """Show a contact's tags in the guides' client; calls out, so no transaction is held.

    A tag newer than `newest` has its own push, which shows all of them. Raises
    `PortFailure`; asking again changes nothing upstream.
    """
    contact = Contact.objects.select_related("staff").get(pk=contact_id)
    if not contact.is_active or not contact.staff.wecom_userid:
        return
    if MemberTag.objects.filter(member_id=contact.member_id, pk__gt=newest).exists():
        return
    writer = ports.get(TagWriter)
    placed = MemberTag.objects.filter(member_id=contact.member_id).select_related("tag")
    ids = [_known_tag_id(writer, entry.tag) for entry in placed.order_by("pk")]
    if ids:
        writer.mark(contact.staff.wecom_userid, contact.external_userid, ids, [])


def _known_tag_id(writer: TagWriter, tag: Tag) -> str:
    if not tag.wecom_tag_id:
        group_id, tag_id = writer.ensure_tag(tag.group_name, tag.name)
        Tag.objects.filter(pk=tag.pk, wecom_tag_id="").update(
            wecom_group_id=group_id, wecom_tag_id=tag_id
        )
        tag.refresh_from_db(fields=["wecom_tag_id"])
    return tag.wecom_tag_id
