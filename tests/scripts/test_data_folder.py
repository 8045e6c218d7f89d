"""The data folder: what is opened, refused, kept and emptied."""

import json
from pathlib import Path

import pytest
from _siyu.console import Stop
from _siyu.datadir import empty, locked, open_data


def test_a_missing_folder_is_made_and_opens_again_as_the_same(tmp_path: Path):
    first = open_data(tmp_path / "a" / "b")

    assert open_data(tmp_path / "a" / "b") == first


def test_a_folder_with_other_peoples_files_is_refused_and_left_alone(tmp_path: Path):
    (tmp_path / "photo.jpg").write_text("mine")

    with pytest.raises(Stop, match="不是私域的数据文件夹"):
        open_data(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_a_file_in_its_place_is_one_sentence(tmp_path: Path):
    (tmp_path / "var").write_text("")

    with pytest.raises(Stop, match="无法使用"):
        open_data(tmp_path / "var")


@pytest.mark.parametrize("marker", ["{", "{}", '{"instance": 3}'])
def test_a_broken_marker_is_one_sentence(tmp_path: Path, marker: str):
    open_data(tmp_path)
    (tmp_path / "siyu-data.json").write_text(marker)

    with pytest.raises(Stop, match="已损坏"):
        open_data(tmp_path)


def test_emptying_forgets_everything_but_the_locks_and_is_a_new_instance(tmp_path: Path):
    data = open_data(tmp_path)
    data.write("secrets.json", {"a": 1})
    (tmp_path / "twin").mkdir()
    (tmp_path / "server.lock").touch()

    fresh = empty(data)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["server.lock", "siyu-data.json"]
    assert fresh.instance != data.instance


def test_what_is_kept_is_readable_by_its_owner_only(tmp_path: Path):
    data = open_data(tmp_path)

    data.write("secrets.json", {"key": "值"})

    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "secrets.json").read_text()) == {"key": "值"}


def test_a_held_lock_stops_the_second_with_its_sentence(tmp_path: Path):
    with (
        locked(tmp_path / "x.lock", "忙"),
        pytest.raises(Stop, match=r"^忙$"),
        locked(tmp_path / "x.lock", "忙"),
    ):
        pass


def test_a_log_grown_too_long_moves_aside(tmp_path: Path):
    log = open_data(tmp_path).log("web")
    with log.open("wb") as file:
        file.truncate(21 * 1024 * 1024)

    assert not open_data(tmp_path).log("web").exists()
    assert (tmp_path / "log" / "web.log.1").exists()
