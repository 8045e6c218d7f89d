"""Knobs that ``POST /_twin/settings`` turns, with their defaults."""

from typing import Any

from twin.store import Store, dump, load

DDL = "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);"

DEFAULTS: dict[str, Any] = {
    "hostmap": {},  # {"*.localhost": "127.0.0.1:8000"}
    "product_clock_url": "",
    "public_base": "http://127.0.0.1:7300",  # where browsers reach the twin
    "acquisition_events": True,  # friend_request and customer_start_chat of 获客助手
    "snapshot_user": False,  # 公众号 codes come from a snapshot page
    "token_ttl": 7200,  # seconds of real time
    "rotate_token_on_fetch": False,
    "refuse_unicode_escapes": False,  # 40033 for \uXXXX, as WeCom once did
    "refuse_unknown_fields": True,
    "callback_duplicate_rate": 0.0,  # share of events sent twice
    "callback_loss_rate": 0.0,  # share of events never sent: delivery is not guaranteed
    "callback_shuffle": False,
    "callback_delay": 0.0,  # seconds before an event is first sent
    "callback_retry_spacing": [0.0, 0.0],  # seconds before the 2nd and 3rd attempt
    "callback_timeout": 5.0,  # seconds an event's receiver has
    "callback_verify_timeout": 1.0,  # seconds for the echo of an address being saved
    "random_seed": 1,
    "welcome_code_ttl": 20.0,  # seconds
    "corp_tag_cap": 10000,
    "contact_way_cap": 500000,  # ways to people and to groups together
    "acquisition_quota": 1_000_000,  # customers a corp may still add by its links
    "send_confirm": "manual",  # or auto, late:SECONDS, never; {"CORP/USERID", "CORP", "*": word}
    "send_quota": "month",  # or 7week, 1day; {"CORP": word, "*": word}
    "send_dispatch_seconds": 0.0,  # real seconds of 41063 after a mass send was created
    "page_cap": 0,  # most rows on a page of mass sends and groups, 0: as many as asked
    "page_empty_first": False,  # such a list begins with an empty page and a cursor
    "group_member_cap": 500,
    "message_per_minute": 30,  # app messages a member receives; more are dropped unsaid
    "message_per_hour": 1000,
    "timeout_hold": 30.0,  # how long a faulted call hangs, in seconds
    "pay_notify_scale": 1.0,  # multiplies the notify schedule
    "pay_refund_delay": 0.2,  # seconds until a refund is done
}


class UnknownSetting(Exception):
    """The name is none of ours."""


class Settings:
    """Durable key–value settings over ``DEFAULTS``; sub-packages may add defaults."""

    def __init__(self, store: Store) -> None:
        store.ensure(DDL)
        self._store = store

    def get(self, name: str) -> Any:
        """The value in force."""
        stored = self._store.value("SELECT value FROM setting WHERE name = ?", (name,))
        return DEFAULTS[name] if stored is None else load(stored)

    def set(self, name: str, value: Any) -> None:
        """Change one setting. Raises UnknownSetting."""
        if name not in DEFAULTS:
            raise UnknownSetting(name)
        self._store.upsert("setting", name=name, value=dump(value))

    def all(self) -> dict[str, Any]:
        """Every setting in force."""
        return {name: self.get(name) for name in DEFAULTS}
