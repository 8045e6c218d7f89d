"""Uploaded files that wait for a person's decision: private, by merchant, under a random name."""

import re
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings

from core.context import schema
from core.errors import InvalidInput, NotFound
from core.ids import random_text

MAX_BYTES = 500_000_000
ENDINGS = (".csv", ".xlsx", ".parquet")
LONGEST_STEM = 60
_TOKEN = re.compile(r"[0-9a-z]{26}")
_UNSAFE = re.compile(r"[^\w.()（）-]+")


class UploadRefused(InvalidInput):
    code = "upload_refused"
    message = "请选择 CSV、XLSX 或 Parquet 文件"


def keep_upload(file: Any) -> str:
    """Store an uploaded file under its own name in a folder of its own; the folder's token.

    Refuses `UploadRefused`.
    """
    name = Path((file.name or "").replace("\\", "/")).name
    stem, ending = Path(name).stem, Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise UploadRefused
    if (file.size or 0) > MAX_BYTES:
        raise UploadRefused("文件超过 500 MB，请分成几个再导入")
    token = random_text(128)
    folder = _root() / token
    folder.mkdir(parents=True, mode=0o700)
    path = folder / (_UNSAFE.sub("_", stem)[:LONGEST_STEM].strip(".") + ending)
    with path.open("xb") as out:
        path.chmod(0o600)
        for chunk in file.chunks():
            out.write(chunk)
    return token


def upload_path(token: str) -> Path:
    """Where a kept file is; `NotFound` for a token this merchant never got."""
    folder = _root() / token
    if _TOKEN.fullmatch(token) and folder.is_dir():
        for path in folder.iterdir():
            return path
    raise NotFound("上传的文件已不在，请重新上传")


def drop_upload(token: str) -> None:
    """Forget a file that has served; one that is gone already is no matter."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(_root() / token, ignore_errors=True)


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / schema() / "imports"
