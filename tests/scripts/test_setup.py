"""script/setup on machines that lack something."""

from pathlib import Path

import pytest
from _siyu import project
from _siyu.console import Stop
from _siyu.installing import browser, environment, stamps


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch):
    """A machine with python3 alone and a user without root."""
    monkeypatch.setattr(environment, "_has", lambda module: False)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    monkeypatch.setattr(browser, "may_use_apt", lambda: False)


@pytest.mark.usefixtures("bare")
def test_without_any_maker_the_package_is_named_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(project, "ENVIRONMENT", tmp_path / "env")

    with pytest.raises(Stop, match="python3-venv"):
        environment._create()

    assert not (tmp_path / "env").exists()


@pytest.mark.usefixtures("bare")
def test_an_importable_virtualenv_is_enough(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "_has", lambda module: module == "virtualenv")

    assert environment._maker()[1:3] == ["-m", "virtualenv"]


@pytest.mark.usefixtures("bare")
def test_root_on_debian_fetches_the_package(monkeypatch: pytest.MonkeyPatch):
    asked: list[list[str]] = []
    monkeypatch.setattr(browser, "may_use_apt", lambda: True)
    monkeypatch.setattr(browser, "apt_install", asked.append)

    assert environment._maker()[1:3] == ["-m", "venv"]
    assert asked == [["python3-venv"]]


def test_browser_parts_that_cannot_be_had_are_named_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(browser, "_FAILED", tmp_path / "skipped")
    monkeypatch.setattr(browser, "_missing", lambda: ["chromium"])
    monkeypatch.setattr(browser, "may_use_apt", lambda: False)

    browser.install(again=False)
    browser.install(again=False)

    said = capsys.readouterr().out
    assert said.count("chromium") == 1
    assert "浏览器测试将被跳过" in said


def test_a_stamp_is_current_until_a_lock_changes(tmp_path: Path):
    lock, stamp = tmp_path / "lock", tmp_path / "stamp"
    lock.write_text("a==1")
    stamp.write_text(stamps.fingerprint(lock))
    assert stamps.is_current(stamp, stamps.fingerprint(lock))

    lock.write_text("a==2")

    assert not stamps.is_current(stamp, stamps.fingerprint(lock))
