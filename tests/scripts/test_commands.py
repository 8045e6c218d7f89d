"""The commands as a person starts them."""

import fcntl
import os
import socket
import subprocess
from pathlib import Path

import pytest
from _siyu import product
from _siyu.commands.test import Tally
from _siyu.datadir import open_data
from _siyu.product import Place

ROOT = Path(__file__).resolve().parents[2]


def call(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("path", sorted((ROOT / "script").glob("[a-z]*")), ids=lambda p: p.name)
def test_every_command_can_be_executed(path: Path):
    assert os.access(path, os.X_OK)


def test_a_port_in_use_is_one_sentence_and_nothing_is_started(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        done = call("script/server", "--port", port, "--data", str(tmp_path / "data"))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"端口 {port} 已被占用,请用 --port 换一个端口。\n"
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_second_server_on_the_same_data_is_one_sentence(tmp_path: Path):
    data = open_data(tmp_path)
    with (data.root / "server.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        done = call("script/server", "--data", str(tmp_path))

    assert done.returncode == 1
    assert "已有一个 script/server 在运行" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none_is_refused(port: str):
    done = call("script/server", "--port", port)

    assert done.returncode == 2
    assert "端口必须是 1 到 65535 之间的整数" in done.stderr


def test_an_unknown_soak_lists_the_known_ones():
    done = call("script/soak", "nothing")

    assert done.returncode == 1
    assert "可用的名称" in done.stderr


def test_secrets_are_made_once_and_the_callers_win(tmp_path: Path, monkeypatch):
    for name in ("SIYU_SECRET_KEY", "SIYU_FIELD_KEYS", "WECOM_API_BASE", "SIYU_ENV"):
        monkeypatch.delenv(name, raising=False)
    data, place = open_data(tmp_path), Place(8000, 7300)

    first = product.variables(data, {}, place)
    monkeypatch.setenv("SIYU_SECRET_KEY", "mine")
    second = product.variables(data, {}, place)

    assert len(bytes.fromhex(first["SIYU_FIELD_KEYS"].removeprefix("k1="))) == 32
    assert second["SIYU_FIELD_KEYS"] == first["SIYU_FIELD_KEYS"]
    assert second["SIYU_SECRET_KEY"] == "mine"
    assert (first["SIYU_ENV"], first["WECOM_API_BASE"]) == ("demo", "http://127.0.0.1:7300")
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_foreign_bases_replace_the_twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("TWIN_URL", "WECHATPAY_API_BASE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("WECOM", "WECHAT_OPEN", "WECHAT"):
        monkeypatch.setenv(f"{name}{'_BASE' if name == 'WECHAT_OPEN' else '_API_BASE'}", "http://x")
    assert not product.is_upstream_foreign()

    monkeypatch.setenv("WECHATPAY_API_BASE", "http://x")

    assert product.is_upstream_foreign()
    env = product.variables(open_data(tmp_path), {}, Place(8000, 7300))
    assert env["WECOM_API_BASE"] == "http://x"
    assert "TWIN_URL" not in env


@pytest.mark.parametrize(
    ("report", "code", "counted"),
    [
        ('<s><testsuite tests="5" failures="1" errors="1" skipped="2"/></s>', 1, (1, 2, 2)),
        ('<s><testsuite tests="3" failures="0" errors="0" skipped="0"/></s>', 0, (3, 0, 0)),
        ('<s><testsuite tests="3" failures="0" errors="0" skipped="0"/></s>', 3, (3, 1, 0)),
        ('<s><testsuite tests="0" failures="0" errors="0" skipped="0"/></s>', 5, (0, 0, 0)),
        (None, 2, (0, 1, 0)),
    ],
)
def test_the_closing_line_counts_what_ran_and_never_hides_a_broken_run(
    tmp_path: Path, report: str | None, code: int, counted: tuple[int, int, int]
):
    path, tally = tmp_path / "junit.xml", Tally()
    if report:
        path.write_text(report)

    tally.add(path, code)

    assert (tally.passed, tally.failed, tally.skipped) == counted
