"""Login, org, keys, jobs, tasks, audit: who may, who may not, and what stays unchanged."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AuditEntry
from org.models import ApiKey, OrgUnit, Staff
from tenants.context import entered
from tests.conftest import tenant_called
from tests.world import PASSWORD, World, client_for

pytestmark = pytest.mark.django_db

PAGES = (
    "/org/units",
    "/org/units/new",
    "/org/units/import",
    "/org/staff",
    "/org/staff/new",
    "/org/api-keys",
    "/settings/jobs",
    "/settings/inbox",
    "/settings/audit",
    "/tasks",
)


@pytest.mark.parametrize("url", PAGES)
def test_the_admin_opens_every_page(world: World, url: str) -> None:
    answer = client_for(world.admin).get(url)
    assert answer.status_code == 200
    assert "退出" in answer.content.decode()


@pytest.mark.parametrize("url", PAGES)
def test_a_stranger_is_sent_to_the_login(world: World, url: str) -> None:
    answer = client_for(None).get(url)
    assert (answer.status_code, answer["Location"]) == (302, f"/login?next={url}")


@pytest.mark.parametrize("url", [*PAGES[1:3], PAGES[4], PAGES[5], PAGES[8]])
def test_an_operator_may_not_edit_the_org(world: World, url: str) -> None:
    answer = client_for(world.ann).get(url)
    assert answer.status_code == 403
    assert "没有这项权限" in answer.content.decode()


def test_five_wrong_passwords_lock_the_account(world: World) -> None:
    client = client_for(None)
    for _ in range(5):
        wrong = client.post("/login", {"username": "admin", "password": "nope"})
        assert wrong.status_code == 401
    locked = client.post("/login", {"username": "admin", "password": PASSWORD})

    assert locked.status_code == 429
    assert AuditEntry.objects.filter(action="org.login.locked").count() == 1


def test_a_login_leads_back_to_the_page_asked_for_and_nowhere_else(world: World) -> None:
    client = client_for(None)
    form = {"username": "admin", "password": PASSWORD}
    there = client.post("/login", {**form, "next": "/org/units"})
    assert (there.status_code, there["Location"]) == (302, "/org/units")
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"):
        assert client.post("/login", {**form, "next": evil})["Location"] == "/"


def test_a_session_of_one_merchant_is_worthless_at_another(world: World) -> None:
    client = client_for(world.admin)
    stolen = client.get("/org/units", HTTP_HOST="breeze.localhost")
    assert stolen.status_code == 302


def test_an_unknown_host_is_404_before_anything_else(world: World) -> None:
    assert client_for(world.admin).get("/org/units", HTTP_HOST="x.localhost").status_code == 404


def test_a_disabled_person_is_out_on_the_next_request(world: World) -> None:
    client = client_for(world.ann)
    assert client.get("/org/units").status_code == 200
    Staff.objects.filter(pk=world.ann.pk).update(is_active=False)
    assert client.get("/org/units").status_code == 302


def test_view_as_shows_the_others_eyes_and_changes_nothing(world: World) -> None:
    client = client_for(world.admin)
    client.post(f"/view-as/{world.bo.public_id}")

    seen = client.get("/org/units").content.decode()
    assert "南京路店" in seen
    assert "湖滨店" not in seen
    refused = client.post("/org/units/new", {"kind": "store", "name": "x", "code": "x"})
    assert refused.status_code == 403
    assert not OrgUnit.objects.filter(code="x").exists()
    client.get("/view-as/end")
    assert "湖滨店" in client.get("/org/units").content.decode()
    assert AuditEntry.objects.filter(action__startswith="org.view_as").count() == 2


def test_a_manager_may_not_borrow_eyes(world: World) -> None:
    answer = client_for(world.bo).post(f"/view-as/{world.ann.public_id}")
    assert answer.status_code == 403


def test_a_unit_is_added_under_its_parent(world: World) -> None:
    form = {"kind": "store", "name": "西湖店", "code": "s9", "parent": world.brand.pk}
    assert client_for(world.admin).post("/org/units/new", form).status_code == 302

    assert OrgUnit.objects.get(code="s9").path.startswith(world.brand.path)


def test_a_misplaced_unit_is_explained(world: World) -> None:
    form = {"kind": "region", "name": "x", "code": "r9", "parent": world.first_store.pk}
    answer = client_for(world.admin).post("/org/units/new", form)
    assert "不能放在这一级下面" in answer.content.decode()
    assert not OrgUnit.objects.filter(code="r9").exists()


def test_an_import_with_one_bad_row_writes_nothing(world: World, tmp_path) -> None:
    rows = "类型,编码,名称,上级编码\n大区,r1,华东,brand-1\n门店,s5,五店,r1\n门店,s6,六店,nowhere\n"
    path = tmp_path / "units.csv"
    path.write_text(rows)
    with path.open("rb") as file:
        answer = client_for(world.admin).post("/org/units/import", {"file": file})
    assert "没有编码为 nowhere 的上级" in answer.content.decode()
    assert not OrgUnit.objects.filter(code__in=("r1", "s5")).exists()


def test_an_import_read_twice_adds_nothing_the_second_time(world: World, tmp_path) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes("类型,编码,名称,上级编码\n大区,r1,华东,brand-1\n".encode("gb18030"))
    for expected in ("已新增 1 个", "已新增 0 个，1 个已存在"):
        with path.open("rb") as file:
            answer = client_for(world.admin).post("/org/units/import", {"file": file})
        assert expected in answer.content.decode()


def test_an_api_key_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    client = client_for(world.admin)
    shown = client.post("/org/api-keys", {"name": "ERP", "role": "operator"}).content.decode()
    key = ApiKey.objects.get()
    assert key.prefix in shown
    assert key.secret_hash not in shown
    assert "只显示这一次" not in client.get("/org/api-keys").content.decode()
    client.post(f"/org/api-keys/{key.public_id}/revoke")
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_the_other_merchants_staff_are_404(world: World, breeze) -> None:
    zoe = Staff.objects.get(username="admin")
    with entered(tenant_called("aurora")):
        ann = client_for(world.admin)
    answer = ann.post(f"/org/staff/{zoe.public_id}/active", {"active": "0"})
    assert answer.status_code == 404
    zoe.refresh_from_db()
    assert zoe.is_active


@pytest.mark.parametrize("url", ["/org/units", "/org/staff", "/tasks", "/settings/audit"])
def test_a_list_costs_the_same_queries_for_many_rows(world: World, url: str) -> None:
    client = client_for(world.admin)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(20):
        unit = OrgUnit.objects.create(
            kind="store",
            code=f"n{number}",
            name=f"店{number}",
            parent=world.brand,
            path=f"{world.brand.path}9{number}/",
            created_at=world.brand.created_at,
        )
        Staff.objects.create(
            username=f"n{number}", name="员", role="guide", unit=unit, created_at=unit.created_at
        )
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
    # search path and schema check 2×, session, staff, lock-free count, the rows
    assert len(many) <= 16
