"""wechatpy 1.8.18, as published, drives the twin: it must not be our misreading that agrees."""

import io
import time
from typing import Any

import pytest
from wechatpy.enterprise import WeChatClient
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException, WeChatClientException

from tests.twin.wecom_kit import CORP, KEY, TOKEN, browser
from tests.twin.witness_kit import QYAPI

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def test_token_is_fetched_once_and_kept(wechatpy, adapter):
    wechatpy.user.get("cai")
    wechatpy.user.get("dee")

    assert adapter.paths == ["/cgi-bin/gettoken", "/cgi-bin/user/get", "/cgi-bin/user/get"]


def test_revoked_token_is_fetched_again(wechatpy, corp):
    wechatpy.user.get("cai")
    corp.twin.admin("POST", "faults", api="user/get", mode="errcode", errcode=42001, times=1)

    assert wechatpy.user.get("cai")["userid"] == "cai"


def test_wrong_secret_is_its_exception(corp, adapter):
    client = WeChatClient(CORP["corp_id"], "wrong")
    client._http.mount(QYAPI, adapter)

    with pytest.raises(WeChatClientException) as caught:
        client.fetch_access_token()
    assert caught.value.errcode == 40001


def test_directory(wechatpy):
    assert wechatpy.user.get("cai")["name"] == "蔡"
    assert [m["userid"] for m in wechatpy.user.list(1)] == ["dee"]
    assert [m["name"] for m in wechatpy.user.list(2, simple=True)] == ["蔡"]
    assert [d["id"] for d in wechatpy.department.get()] == [1, 2]
    assert wechatpy.misc.get_wechat_ips() == ["127.0.0.1"]


def test_login_by_the_old_path(wechatpy, corp):
    address = wechatpy.oauth.authorize_url("https://m.aurora.localhost/oauth", "S1")
    path = address.removeprefix("https://open.weixin.qq.com").partition("#")[0]
    location = browser(corp.twin, "cai").get(path).headers["location"]
    code = location.partition("code=")[2].partition("&")[0]

    assert wechatpy.oauth.get_user_info(code)["UserId"] == "cai"


def test_tickets(wechatpy):
    assert wechatpy.jsapi.get_ticket()["ticket"] == wechatpy.jsapi.get_ticket()["ticket"]


def test_contact_way_from_making_to_deleting(wechatpy, corp):
    contact = wechatpy.external_contact
    made = contact.add_contact_way(1, 2, remark="海报", state="s1", user=["cai"])

    contact.update_contact_way(made["config_id"], "新海报", user=["dee"], state="s2")
    read = contact.get_contact_way(made["config_id"])["contact_way"]
    added = corp.customer(config_id=made["config_id"])
    contact.del_contact_way(made["config_id"])

    assert (read["remark"], read["state"], read["user"]) == ("新海报", "s2", ["dee"])
    assert (added["userid"], added["state"]) == ("dee", "s2")
    with pytest.raises(WeChatClientException) as caught:
        contact.get_contact_way(made["config_id"])
    assert caught.value.errcode == 41044


def test_customers_are_listed_and_read(wechatpy, corp):
    contact = wechatpy.external_contact
    added = corp.customer()

    assert contact.get_follow_user_list()["follow_user"] == ["cai", "dee"]
    assert contact.list("cai")["external_userid"] == [added["external_userid"]]
    assert contact.get(added["external_userid"])["external_contact"]["name"] == "小林"
    with pytest.raises(WeChatClientException) as caught:
        contact.list("dee")
    assert caught.value.errcode == 84061


def test_corp_tags_and_marks(wechatpy, corp):
    contact = wechatpy.external_contact
    added = corp.customer()
    made = contact.add_corp_tag(None, "等级", 1, [{"name": "金卡", "order": 1}])["tag_group"]
    tag_id = made["tag"][0]["id"]

    contact.mark_tag("cai", added["external_userid"], add_tag=[tag_id])
    contact.edit_corp_tag(tag_id, "白金", 2)

    read = contact.get(added["external_userid"])["follow_user"][0]["tags"]
    assert [(t["tag_id"], t["tag_name"]) for t in read] == [(tag_id, "白金")]
    assert contact.get_corp_tag_list()["tag_group"][0]["tag"][0]["name"] == "白金"
    contact.del_corp_tag(group_id=[made["group_id"]])
    assert contact.get_corp_tag_list()["tag_group"] == []


def test_welcome_message(wechatpy, corp):
    added = corp.customer()
    template = {"welcome_code": added["welcome_code"], "text": {"content": "您好,礼在此"}}

    assert wechatpy.external_contact.send_welcome_msg(template)["errcode"] == 0

    messages = corp.twin.admin("GET", "messages", person=added["person"])["messages"]
    assert [m["content"] for m in messages] == [{"content": "您好,礼在此"}]
    with pytest.raises(WeChatClientException) as caught:
        wechatpy.external_contact.send_welcome_msg(template)
    assert caught.value.errcode == 41051


def test_app_message(wechatpy, corp):
    answer = wechatpy.message.send_text(CORP["agent_id"], ["cai", "nobody"], "早")

    assert answer["invaliduser"] == "nobody"
    assert corp.twin.log("message.sent")[0]["content"] == {"content": "早"}
    card = wechatpy.message.send_text_card(CORP["agent_id"], "cai", "题", "述", "https://a.cn/")
    assert card["errcode"] == 0


def test_media(wechatpy, corp):
    file = io.BytesIO(PNG)
    file.name = "a.png"

    made = wechatpy.media.upload("image", file)
    picture = wechatpy.media.upload_img(io.BytesIO(PNG + b"1"))

    assert (made["type"], made["media_id"][0]) == ("image", "3")
    assert picture["url"].startswith(corp.twin.base)
    path = wechatpy.media.get_url(made["media_id"]).removeprefix(QYAPI)
    assert browser(corp.twin).get(path).content == PNG


def test_callback_opens_with_its_crypto(corp, callback):
    added = corp.customer()
    request = callback.wait(1)[0]
    query = request["query"]
    given = (query["msg_signature"], query["timestamp"], query["nonce"])
    crypto = WeChatCrypto(TOKEN, KEY, CORP["corp_id"])

    opened = crypto.decrypt_message(request["body"], *given)

    assert f"<![CDATA[{added['welcome_code']}]]>" in opened
    with pytest.raises(InvalidSignatureException):
        crypto.decrypt_message(request["body"], "0" * 40, *given[1:])


def test_address_check_passes_with_its_crypto(corp, product):
    crypto = WeChatCrypto(TOKEN, KEY, CORP["corp_id"])

    def echo(seen: dict[str, Any]) -> bytes:
        query = seen["query"]
        names = ("msg_signature", "timestamp", "nonce", "echostr")
        opened = crypto.check_signature(*(query[name] for name in names))
        return opened if isinstance(opened, bytes) else opened.encode()

    product.echo = echo
    where = f"corps/{CORP['corp_id']}/callback"
    settings = {"url": "https://aurora.localhost/cb", "token": TOKEN, "aes_key": KEY}

    corp.twin.admin("POST", "settings", callback_verify_timeout=10)

    assert corp.twin.admin("POST", where, **settings) == {"ok": True}
    assert abs(int(product.requests[0]["query"]["timestamp"]) - time.time()) < 60
