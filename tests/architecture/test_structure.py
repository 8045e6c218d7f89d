"""House rules that the linters do not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAIN = (
    "core",
    "org",
    "members",
    "outreach",
    "mall",
    "acquisition",
    "community",
    "distribution",
    "livestream",
    "analytics",
)
PRODUCT = (*DOMAIN, "tenants", "siyu", "pages", "wecom", "wechatpay", "twin")
PUBLIC_PARTS = {"services", "selectors", "contracts", "models", "invariants", "stats"}
WEB = ("django.http", "django.forms", "django.shortcuts", "django.views", "django.template")


def sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_passes_400_lines() -> None:
    measured = list(sources(*PRODUCT, "tests", "script", "benchmarks"))
    assert len(measured) > 100
    long = [shown(path) for path in measured if len(path.read_text().splitlines()) > 400]
    assert long == []


def test_the_domain_does_not_speak_http() -> None:
    found = [
        f"{shown(path)}: {name}"
        for path in sources(*DOMAIN)
        if path.name != "api.py" and "api" not in path.parent.name
        for name in imports_of(path)
        if name.startswith(WEB)
    ]
    assert found == []


def test_an_app_is_entered_by_its_public_parts_only() -> None:
    found = []
    for path in sources(*DOMAIN, "pages", "wecom", "wechatpay"):
        home = path.relative_to(ROOT).parts[0]
        for name in imports_of(path):
            parts = name.split(".")
            foreign = parts[0] in DOMAIN and parts[0] not in (home, "core") and len(parts) > 1
            if foreign and parts[1] not in PUBLIC_PARTS:
                found.append(f"{shown(path)}: {name}")
    assert found == []


def test_pages_never_touch_a_manager() -> None:
    """A query in a view is a rule in the wrong room: selectors read, services write."""
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in sources("pages")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert found == []


@pytest.mark.parametrize(
    ("word", "allowed"),
    [
        ("mark_safe", ()),
        ("threading.Thread(", ("tests", "script", "benchmarks", "twin")),
        ("ThreadPoolExecutor", ("tests", "script", "benchmarks", "twin")),
        (".delay(", ()),
        ("datetime.now(", ("core/clock.py", "twin", "tests", "script", "benchmarks")),
        ("@receiver", ()),
        ("|safe }}", ()),
    ],
)
def test_a_word_of_trouble_stands_only_where_it_may(word: str, allowed: tuple[str, ...]) -> None:
    files = [*sources(*PRODUCT), *(ROOT / "templates").rglob("*.html")]
    found = [
        shown(path)
        for path in files
        if word in path.read_text() and not shown(path).startswith(allowed or ("\0",))
    ]
    assert found == []


def test_no_second_file_is_named_utils() -> None:
    assert [shown(path) for path in sources(*PRODUCT) if path.stem in ("utils", "helpers")] == []
