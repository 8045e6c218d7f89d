"""What is installed is locked by hash and names no host and no place of one machine."""

import json
import re
from pathlib import Path

import pytest
from _siyu.installing import frontend

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def test_there_is_a_lock_for_each_list():
    assert [lock.stem for lock in LOCKS] == ["boot", "dev", "embedded", "node", "runtime"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_and_hashed(lock: Path):
    packages = re.split(
        r"\n(?=[a-z0-9])", re.sub(r"^ *#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    )

    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+( ; [^\\]+)? \\\n", package), package
        assert "--hash=sha256:" in package


@pytest.mark.parametrize(
    "name", [*(f"requirements/{lock.name}" for lock in LOCKS), "package-lock.json", ".npmrc"]
)
def test_no_lock_names_a_host_or_a_local_path(name: str):
    text = (ROOT / name).read_text()

    assert not re.findall(r"https?://|file:|--index-url|--find-links|@ /|\bregistry\b *=", text)


def test_tests_run_on_the_versions_a_server_runs_on():
    def pins(name: str) -> set[str]:
        found = re.findall(
            r"^([^\s#]+==\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE
        )
        return set(found)

    assert pins("runtime.txt") <= pins("dev.txt")
    assert pins("boot.txt") <= pins("dev.txt")


def test_every_front_end_file_belongs_to_a_locked_package():
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    for source in frontend.FILES:
        parts = source.split("/")
        package = "/".join(parts[: 2 if source.startswith("@") else 1])
        assert "integrity" in locked[f"node_modules/{package}"]


def test_copied_files_point_at_nothing_that_is_not_copied():
    css = (
        '@font-face{src:url("./fonts/a.woff2?v1") format("woff2"),'
        'url("./fonts/a.woff?v1") format("woff"),url("./fonts/a.ttf?v1") format("truetype")}\n'
        "/*# sourceMappingURL=a.min.css.map */"
    )

    assert frontend.portable(css).strip() == (
        '@font-face{src:url("./fonts/a.woff2?v1") format("woff2")}'
    )
    assert frontend.portable("go();\n//# sourceMappingURL=a.js.map") == "go();\n"
