"""``/_twin/…``: people, log, faults, settings, clock. Loopback only, no part of any protocol."""

from typing import Any

from starlette.routing import BaseRoute

from twin import people
from twin.context import Twin
from twin.control import Body, Misuse, control
from twin.faults import MODES
from twin.settings import UnknownSetting
from twin.store import load

ddl = people.DDL


def create_person(twin: Twin, body: Body) -> dict[str, Any]:
    """A new WeChat user."""
    return people.create_person(twin, str(body["name"]))


def list_people(twin: Twin, body: Body) -> dict[str, Any]:
    """Every WeChat user."""
    return {"people": twin.store.rows("SELECT * FROM person ORDER BY rowid")}


def read_log(twin: Twin, body: Body) -> dict[str, Any]:
    """``?kind=&since_id=&limit=``; kind matches itself and everything below it."""
    since, limit = int(body.get("since_id") or 0), int(body.get("limit") or 1000)
    return {"log": twin.log.read(str(body.get("kind") or ""), since, limit)}


def read_messages(twin: Twin, body: Body) -> dict[str, Any]:
    """What a phone shows: ``?person=``, ``?corp_id=&userid=`` of a member, or ``?chat_id=``."""
    owner = f"person:{body['person']}" if body.get("person") else None
    owner = owner or (f"group:{body['chat_id']}" if body.get("chat_id") else None)
    owner = owner or f"member:{body['corp_id']}/{body['userid']}"
    found = twin.store.rows("SELECT * FROM inbox WHERE owner = ? ORDER BY id", (owner,))
    return {"messages": [{**row, "content": load(row["content"])} for row in found]}


def add_fault(twin: Twin, body: Body) -> dict[str, Any]:
    """Order a fault."""
    if body["mode"] not in MODES:
        raise Misuse(f"mode is one of {', '.join(MODES)}")
    options = {k: body[k] for k in ("errcode", "times", "rate", "seed") if k in body}
    return {"id": twin.faults.add(str(body["api"]), str(body["mode"]), **options)}


def list_faults(twin: Twin, body: Body) -> dict[str, Any]:
    """The faults in force, with how often each was seen and fired."""
    return {"faults": twin.faults.list()}


def clear_faults(twin: Twin, body: Body) -> dict[str, Any]:
    """No more faults."""
    twin.faults.clear()
    return {"ok": True}


def change_settings(twin: Twin, body: Body) -> dict[str, Any]:
    """Turn knobs; all of them are answered."""
    try:
        for name, value in body.items():
            twin.settings.set(name, value)
    except UnknownSetting as unknown:
        raise Misuse(f"no setting {unknown}") from unknown
    return twin.settings.all()


def show_settings(twin: Twin, body: Body) -> dict[str, Any]:
    """Every setting in force."""
    return twin.settings.all()


def show_clock(twin: Twin, body: Body) -> dict[str, Any]:
    """Business time, and how far it is from real time."""
    return {"business": twin.clock.business(), "offset_seconds": twin.clock.offset}


def set_clock(twin: Twin, body: Body) -> dict[str, Any]:
    """Move business time to real time plus ``offset_seconds``."""
    twin.clock.set_offset(float(body["offset_seconds"]))
    return show_clock(twin, body)


def reset(twin: Twin, body: Body) -> dict[str, Any]:
    """Forget everything but the host map, the clock's address and our own."""
    kept = {n: twin.settings.get(n) for n in ("hostmap", "product_clock_url", "public_base")}
    twin.store.clear()
    for name, value in kept.items():
        twin.settings.set(name, value)
    return {"ok": True}


routes: list[BaseRoute] = [
    control("POST", "people", create_person),
    control("GET", "people", list_people),
    control("GET", "log", read_log),
    control("GET", "messages", read_messages),
    control("POST", "faults", add_fault),
    control("GET", "faults", list_faults),
    control("DELETE", "faults", clear_faults),
    control("POST", "settings", change_settings),
    control("GET", "settings", show_settings),
    control("GET", "clock", show_clock),
    control("POST", "clock", set_clock),
    control("POST", "reset", reset),
]
