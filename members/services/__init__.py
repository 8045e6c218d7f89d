"""Writing people: recognising them, befriending them, labelling them, asking them."""

from members.services.consents import give_consent, withdraw_consent
from members.services.contacts import (
    end_contact,
    look_up,
    note_contact_changed,
    record_contact,
    refresh_contact,
    see_contact,
    sync_all_contacts,
    sync_contacts_of,
)
from members.services.logins import join_login, log_in_customer
from members.services.preferences import set_preference
from members.services.recognising import recognise, recognise_many
from members.services.settling import is_new
from members.services.story import note, set_owner
from members.services.tags import define_tags, push_tags, tag_member, tag_members

__all__ = [
    "define_tags",
    "end_contact",
    "give_consent",
    "is_new",
    "join_login",
    "log_in_customer",
    "look_up",
    "note",
    "note_contact_changed",
    "push_tags",
    "recognise",
    "recognise_many",
    "record_contact",
    "refresh_contact",
    "see_contact",
    "set_owner",
    "set_preference",
    "sync_all_contacts",
    "sync_contacts_of",
    "tag_member",
    "tag_members",
    "withdraw_consent",
]
