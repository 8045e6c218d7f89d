"""docker-compose.yml, its proxy and its guide speak of things that are there."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from core.jobs import LANES

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: row for name, row in SERVICES.items() if row.get("image") == "siyu"}
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
PROGRAMS = {"python", "granian", "celery"}
PLATFORM_VARIABLES = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def _words(name: str) -> list[str]:
    return shlex.split(SERVICES[name]["command"])


def test_every_process_of_the_product_is_there() -> None:
    assert set(OURS) == {
        "prepare", "web", "live", "worker-line", "worker-bulk", "worker-ddl", "scheduler", "twin",
    }  # fmt: skip
    assert {"postgres", "redis", "media", "proxy"} <= set(SERVICES)
    assert SERVICES["twin"]["profiles"] == ["twin"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_command_names_a_program_and_a_module_that_exist(name: str) -> None:
    words = _words(name)
    assert words[0] in PROGRAMS
    if words[1] == "manage.py":
        assert words[2] in get_commands()
    elif words[1] == "-m":
        assert find_spec(words[2]) is not None
    elif words[0] == "celery":
        assert find_spec(words[words.index("-A") + 1]) is not None
    else:
        module, _, attribute = words[-1].partition(":")
        assert find_spec(module) is not None
        assert f"{attribute} =" in (ROOT / module.replace(".", "/")).with_suffix(".py").read_text()


def test_the_workers_serve_every_lane_once() -> None:
    served = [
        lane
        for name in OURS
        if "worker" in name
        for lane in _words(name)[_words(name).index("-Q") + 1].split(",")
    ]
    assert sorted(served) == sorted(LANES)


def test_only_what_changes_structure_runs_without_the_working_role() -> None:
    free = {name for name, row in OURS.items() if row["environment"]["SIYU_DB_ROLE"] == ""}
    assert free == {"prepare", "worker-ddl"}


@pytest.mark.parametrize("name", ["web", "live"])
def test_a_health_check_asks_an_address_that_answers(name: str) -> None:
    asked = re.search(r"127\.0\.0\.1:(\d+)(/\w+)", SERVICES[name]["healthcheck"]["test"][3])
    source = ROOT / ("tenants/middleware.py" if name == "web" else "livestream/live/app.py")
    assert asked is not None
    assert f'"{asked[2]}"' in source.read_text()
    assert asked[1] in _words(name)


def test_every_variable_is_read_by_the_product_and_told_in_the_guide() -> None:
    sources = [*(ROOT / "siyu").rglob("*.py"), *(ROOT / "livestream" / "live").rglob("*.py")]
    code = "\n".join(path.read_text() for path in sources)
    for variable in OURS["web"]["environment"]:
        assert f'"{variable}"' in code, variable
        assert f"`{variable}`" in OPERATIONS, variable


def test_every_value_a_person_fills_in_is_in_the_example_and_in_the_guide() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / "deploy" / "env.example").read_text()
    given = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert asked == given
    for variable in asked:
        assert f"`{variable}`" in OPERATIONS, variable


def test_the_proxy_sends_to_services_on_the_ports_they_listen_on() -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for upstream in ("web", "live"):
        port = re.search(rf"server {upstream}:(\d+)", text)
        assert port is not None
        assert port[1] in _words(upstream)
    socket = SERVICES["web"]["environment"]["LIVE_BASE"].rpartition("/")[2]
    video = SERVICES["web"]["environment"]["MEDIA_BASE"].rpartition("/")[2]
    assert f"location /{socket}/" in text
    assert f"location /{video}/" in text


def test_nothing_but_the_proxy_and_the_camera_faces_the_street() -> None:
    assert {name for name, row in SERVICES.items() if "ports" in row} == {"proxy", "media"}


def test_every_command_of_the_guide_exists() -> None:
    named = set(re.findall(r"script/manage (\w+)", OPERATIONS))
    assert len(named) >= 6
    assert named <= set(get_commands())
    scripts = set(re.findall(r"`?script/(\w+)", OPERATIONS)) - {"_siyu"}
    assert scripts <= {path.name for path in (ROOT / "script").iterdir()}
