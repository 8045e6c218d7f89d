"""People with a WeChat account, and what each account and corp calls them."""

import hashlib
import secrets
from typing import Any

from twin.context import Twin

DDL = """
CREATE TABLE IF NOT EXISTS person (
    person TEXT PRIMARY KEY, name TEXT NOT NULL, unionid TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS identity (
    scope TEXT NOT NULL, person TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (scope, person), UNIQUE (scope, value));
CREATE TABLE IF NOT EXISTS inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, sender TEXT NOT NULL,
    kind TEXT NOT NULL, at INTEGER NOT NULL, content TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS inbox_owner ON inbox (owner, id);
"""


def create_person(twin: Twin, name: str) -> dict[str, Any]:
    """A new WeChat user."""
    person = "p" + secrets.token_hex(5)
    unionid = "o" + _letters(person, 27)
    twin.store.insert("person", person=person, name=name, unionid=unionid)
    return {"person": person, "name": name, "unionid": unionid}


def find_person(twin: Twin, person: str) -> dict[str, Any] | None:
    """The WeChat user with this id."""
    return twin.store.row("SELECT * FROM person WHERE person = ?", (person,))


def openid_of(twin: Twin, appid: str, person: str) -> str:
    """The person's openid at one 公众号 (or at the WeCom corp, for a non-member)."""
    return _identity(twin, f"openid:{appid}", person, "o", 27)


def person_of_openid(twin: Twin, appid: str, openid: str) -> str | None:
    """Who has this openid at this account."""
    return _owner(twin, f"openid:{appid}", openid)


def external_userid_of(twin: Twin, corp_id: str, person: str) -> str:
    """The person's external_userid at one corp: 32 characters starting ``wm``."""
    return _identity(twin, f"external:{corp_id}", person, "wm", 30)


def person_of_external(twin: Twin, corp_id: str, external_userid: str) -> str | None:
    """Who has this external_userid at this corp."""
    return _owner(twin, f"external:{corp_id}", external_userid)


def _identity(twin: Twin, scope: str, person: str, prefix: str, length: int) -> str:
    value = prefix + _letters(f"{scope}:{person}", length)
    twin.store.execute(
        "INSERT OR IGNORE INTO identity (scope, person, value) VALUES (?, ?, ?)",
        (scope, person, value),
    )
    return value


def _owner(twin: Twin, scope: str, value: str) -> str | None:
    found = twin.store.value(
        "SELECT person FROM identity WHERE scope = ? AND value = ?", (scope, value)
    )
    return None if found is None else str(found)


def _letters(seed: str, length: int) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join(alphabet[byte % 64] for byte in digest * 2)[:length]
