"""The marks are everywhere in Breeze, the ids are those of Aurora, and the search finds them."""

import zlib

import pytest
from django.db import connection
from django.http import HttpResponse

from tenants.context import entered
from tests.access.asking import ask
from tests.access.canaries import EXEMPT, LEAST, merchant_models, name_of, text_fields
from tests.access.cells import OWN, Cell
from tests.access.door import Door
from tests.access.filling import empty_tables
from tests.access.rows import ROWS
from tests.access.stage import Stage

KEYED_BY_TEXT = {"sessions.Session", "outreach.Budget"}
"""Their key is a text, so Breeze's own carries the mark."""


def test_every_table_of_both_merchants_holds_a_row(stage: Stage) -> None:
    for side in (stage.aurora, stage.breeze):
        with entered(side.tenant):
            assert empty_tables() == []


def test_every_text_of_breeze_carries_a_mark_or_stands_among_the_exceptions(stage: Stage) -> None:
    fields = [field for model in merchant_models() for field in text_fields(model)]
    free = {name_of(field) for field in fields if name_of(field) not in stage.canaries.marked}

    assert free == {
        name for name in map(name_of, fields) if name in EXEMPT or name.endswith(".public_id")
    }
    assert set(EXEMPT) <= {name_of(field) for field in fields}, "an exception without a column"
    assert len(stage.canaries.marked) > 150


def test_every_marked_column_holds_the_mark_in_every_row(stage: Stage) -> None:
    """Read back in plain SQL where the column is plain, through the model where it is sealed."""
    with entered(stage.breeze.tenant):
        for model in merchant_models():
            for field in text_fields(model):
                if name_of(field) in stage.canaries.marked:
                    values = model._default_manager.values_list(field.name, flat=True)
                    assert values
                    assert all(stage.canaries.token in str(value) for value in values)


def test_nothing_of_aurora_carries_a_mark(stage: Stage) -> None:
    with entered(stage.aurora.tenant), connection.cursor() as cursor:
        for model in merchant_models():
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" AS t')
            assert not any(stage.canaries.token in row[0] for row in cursor.fetchall())


def test_the_rows_of_both_merchants_have_the_same_keys(stage: Stage) -> None:
    """So that a row of the wrong merchant is found by every key, and only its marks tell."""
    for model in merchant_models():
        keys = []
        for side in (stage.aurora, stage.breeze):
            with entered(side.tenant):
                keys.append(set(model._default_manager.values_list("pk", flat=True)))
        if model._meta.label not in KEYED_BY_TEXT:
            assert keys[0] == keys[1], model._meta.label


def test_the_mark_is_seen_in_body_header_redirect_cookie_and_file(stage: Stage) -> None:
    mark = f"CANARY-B-x-1-{stage.canaries.token}"
    in_cookie = HttpResponse("")
    in_cookie.set_cookie("hint", mark)
    pdf = b"%PDF-1.4\nstream\n" + zlib.compress(mark.encode()) + b"\nendstream"
    for answer in (
        HttpResponse(f"<b>{mark.lower()}</b>"),
        HttpResponse("", headers={"X-Served-By": mark}),
        HttpResponse("", status=302, headers={"Location": f"/orders/{mark}"}),
        HttpResponse(pdf, content_type="application/pdf"),
        in_cookie,
    ):
        assert stage.canaries.found_in(answer)
    assert not stage.canaries.found_in(HttpResponse(f"CANARY-B-x-1-{'A' * LEAST}"))


def breeze_as_home(stage: Stage) -> Stage:
    """The same stage seen from the other side."""
    return Stage(
        stage.breeze,
        stage.aurora,
        stage.platform,
        stage.platform_things,
        stage.gateway,
        stage.canaries,
    )


READABLE = [row for row in ROWS if row.get == 200 and row.surface != "platform" and not row.sender]


def test_at_home_the_pages_of_breeze_are_full_of_marks(stage: Stage) -> None:
    """The control: were Breeze's rows to come out on Aurora's host, the search would see it."""
    home = breeze_as_home(stage)
    seen: list[str] = []
    dumb: list[str] = []
    for row in READABLE:
        role = next(r for r in ("admin", "guide", "customer") if row.lets_in(r))
        if row.surface == "customer":
            role = "customer"
        answer = ask(home, Cell(row, role, OWN, "GET"))
        (seen if stage.canaries.found_in(answer) else dumb).append(row.route)
    print(f"marks on {len(seen)} of {len(READABLE)} pages; none on {dumb}")
    assert len(seen) >= len(READABLE) * 2 // 3


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metricz", "/static/none.css"])
def test_what_is_answered_before_the_resolver_tells_nothing(stage: Stage, path: str) -> None:
    for role in ("anonymous", "admin"):
        for surface in ("staff", "customer"):
            browser = Door(stage).browser(role, surface)
            answer = browser.get(path)
            assert answer.status_code in (200, 404)
            assert not stage.canaries.found_in(answer)
