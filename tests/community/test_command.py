"""`import_group_speech` from the command line."""

from pathlib import Path

import pytest
from django.core.management import call_command

from community.models import CustomerGroup, GroupSpeech
from tenants.context import entered
from tests.conftest import tenant_called

pytestmark = pytest.mark.django_db


def test_the_command_keeps_a_table_and_tells_its_wrong_rows(
    groups: list[CustomerGroup], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "发言.csv"
    file.write_text("日期,群ID,发言人,消息数\n2026-03-01,wr1,wm0001,5\n2026-03-01,wrX,wm1,5\n")

    call_command("import_group_speech", file, tenant="aurora", dry_run=True)
    with entered(tenant_called("aurora")):
        assert not GroupSpeech.objects.exists()
    call_command("import_group_speech", file, tenant="aurora")

    told = capsys.readouterr().out
    assert told.count("rows: 1") == 2
    assert told.count("第 3 行：没有这个群：wrX") == 2
    with entered(tenant_called("aurora")):
        assert GroupSpeech.objects.get().messages == 5
