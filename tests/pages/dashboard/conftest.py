from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings) -> Path:
    """Uploads of a test go to a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
