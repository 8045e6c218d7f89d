import pytest

from tests.wecom.conftest import Corp
from wecom.contact_ways import WecomContactWays

pytestmark = pytest.mark.django_db


def test_a_code_is_made_and_found_by_its_state(corp: Corp) -> None:
    made = WecomContactWays().create(["wx_cai"], "slot-1", "包裹卡")

    assert made.config_id
    assert made.qr_url
    assert WecomContactWays().find("slot-1") == made
    assert WecomContactWays().find("slot-2") is None
