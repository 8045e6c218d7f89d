"""Connecting a brand: by command and by page, with a check that says what is missing."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from core.errors import InvalidInput, NotFound
from core.models import AuditEntry
from org.contracts import ConnectionCheck
from siyu.connections import StoredConnections
from tests.wecom.conftest import Corp, Mp
from wecom.models import MpAccount, WecomApp
from wecom.services import check_wecom, connect_wecom, note_verified

pytestmark = pytest.mark.django_db

GOOD = {
    "corp_id": "wwaurora00000001",
    "agent_id": "1000002",
    "secret": "S3CR3T",
    "token": "tok3n",
    "aes_key": "a" * 43,
}


def run(command: str, *args: str) -> dict[str, Any]:
    out = StringIO()
    call_command(command, "--tenant", "aurora", "--json", *args, stdout=out)
    return dict(json.loads(out.getvalue().splitlines()[-1]))


def lines(checks: list[ConnectionCheck]) -> dict[str, tuple[bool, str]]:
    return {check.name: (check.ok, check.code) for check in checks}


def wecom_args(corp: Corp) -> list[str]:
    return [
        *("--corp-id", corp.corp_id, "--agent-id", "1000002", "--secret", corp.secret),
        *("--token", "tok3n", "--aes-key", "a" * 43),
    ]


def test_the_command_prints_the_address_and_the_check(corp: Corp, aurora: Any) -> None:
    printed = run("connect_wecom", *wecom_args(corp))

    key = corp.app.callback_key
    assert printed["callback_url"] == f"https://aurora.localhost/wecom/callback/{key}"
    assert printed["ok"] is True
    assert printed["callback_verified"] is False
    assert {check["name"] for check in printed["checks"]} >= {"应用凭证", "客户联系", "欢迎语"}


def test_doing_it_again_keeps_the_address_and_changes_the_secret(corp: Corp) -> None:
    again = connect_wecom(
        corp_id=corp.corp_id, agent_id="1000002", secret="new", token="t2", aes_key="b" * 43
    )

    assert again.callback_key == corp.app.callback_key
    assert WecomApp.objects.get().secret == "new"


def test_a_secret_is_in_no_audit_entry_and_not_readable_in_the_table(corp: Corp) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, token, aes_key FROM wecom_wecomapp")
        stored = cursor.fetchone()

    entries = list(AuditEntry.objects.filter(action__startswith="wecom.app."))
    assert entries
    assert all(corp.secret not in str(entry.after) for entry in entries)
    assert all(plain not in stored for plain in (corp.secret, "tok3n", "a" * 43))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("corp_id", ""),
        ("corp_id", "企业"),
        ("agent_id", "abc"),
        ("secret", ""),
        ("secret", "with space"),
        ("token", "x" * 33),
        ("token", "a-b"),
        ("aes_key", "a" * 42),
        ("aes_key", "a" * 42 + "!"),
    ],
)
def test_a_malformed_credential_is_refused_before_anything_is_kept(
    field: str, value: str, db: None
) -> None:
    with pytest.raises(InvalidInput):
        connect_wecom(**{**GOOD, field: value})

    assert not WecomApp.objects.exists()


def test_a_wrong_secret_is_the_only_line_and_says_which(corp: Corp) -> None:
    corp.app.secret = "wrong"

    checks = check_wecom(corp.app)

    assert lines(checks) == {"应用凭证": (False, "40001")}
    assert "Secret" in checks[0].message


def test_a_missing_permission_is_named_and_the_others_are_still_checked(corp: Corp) -> None:
    corp.break_next("externalcontact/list_contact_way", "errcode", errcode=48002)

    found = lines(check_wecom(corp.app))

    assert found["联系我二维码"] == (False, "48002")
    assert found["企业标签"] == found["欢迎语"] == (True, "")


def test_each_needed_api_is_called_once(corp: Corp) -> None:
    check_wecom(corp.app)

    for api in (
        "externalcontact/get_follow_user_list",
        "externalcontact/get_corp_tag_list",
        "externalcontact/list_contact_way",
        "externalcontact/send_welcome_msg",
        "department/list",
    ):
        assert len(corp.calls(api)) == 1, api


def test_a_corp_without_unionid_is_told_what_that_costs(corp: Corp) -> None:
    corp.twin.post(
        "corps",
        corp_id=corp.corp_id,
        name="Aurora",
        agent_id=1000002,
        secret=corp.secret,
        mp_appid_bound="",
    )
    corp.add(corp.person()["person"], userid="wx_cai")

    assert lines(check_wecom(corp.app))["客户身份（unionid）"] == (False, "no_unionid")


def test_the_stored_check_turns_green_when_wecom_verifies(corp: Corp) -> None:
    check_wecom(corp.app)
    app = WecomApp.objects.get()

    note_verified(app)

    stored = {line["name"]: line["ok"] for line in WecomApp.objects.get().checks}
    assert stored["接收消息"] is True
    assert len(stored) == len(app.checks)


def test_an_account_is_connected_and_checked(mp: Mp) -> None:
    secret = MpAccount.objects.get().secret

    printed = run("connect_mp", "--appid", mp.appid, "--secret", secret)

    assert printed["ok"] is True
    assert run("connect_mp", "--appid", mp.appid, "--secret", "wrong")["ok"] is False


def test_a_refusal_goes_to_stderr_and_exits_with_1(db: None) -> None:
    err = StringIO()

    with pytest.raises(SystemExit) as left:
        call_command("connect_mp", tenant="aurora", appid="!", secret="x", stderr=err)

    assert left.value.code == 1
    assert err.getvalue().strip() == "AppID 格式不对"


def test_the_pages_show_no_secret(corp: Corp) -> None:
    shown = StoredConnections().describe()["wecom"]

    assert shown["is_connected"]
    assert shown["callback_url"].endswith(corp.app.callback_key)
    values = {field["name"]: field["value"] for field in shown["fields"]}
    assert values["corp_id"] == corp.corp_id
    assert values["secret"] == values["token"] == values["aes_key"] == ""
    assert corp.secret not in str(shown)


def test_a_secret_left_empty_stays(corp: Corp) -> None:
    given = {"corp_id": corp.corp_id, "agent_id": "1000002", "secret": "", "token": "fresh"}

    StoredConnections().connect("wecom", given)

    app = WecomApp.objects.get()
    assert (app.secret, app.token, app.aes_key) == (corp.secret, "fresh", "a" * 43)


def test_what_is_not_connected_needs_every_field(db: None) -> None:
    with pytest.raises(InvalidInput, match="请填写Secret"):
        StoredConnections().connect("wecom", {"corp_id": "wwaurora1", "agent_id": "1"})
    with pytest.raises(NotFound):
        StoredConnections().check("wecom")
    with pytest.raises(NotFound):
        StoredConnections().check("telegraph")
