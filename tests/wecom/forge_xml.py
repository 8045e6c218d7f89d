"""XML that means harm or nothing: outside the cipher refused, inside it a dead letter."""

from collections.abc import Callable
from dataclasses import replace

from tests.wecom.forge_desk import (
    CORP_ID,
    Build,
    Forged,
    as_query,
    encrypt,
    envelope,
    event,
    genuine,
    said,
    signed_query,
)

LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd"> %p;]>'


def _outer(change: Callable[[str], bytes | str]) -> Build:
    """A genuine callback whose envelope was changed after signing."""

    def build() -> Forged:
        ciphertext = encrypt(event())
        changed = change(envelope(ciphertext).decode())
        body = changed.encode() if isinstance(changed, str) else changed
        return Forged(as_query(signed_query(ciphertext)), body)

    return build


def _around(name: str, before: str, after: str) -> Build:
    return _outer(lambda xml: xml.replace(f"<{name}>", before).replace(f"</{name}>", after))


def twenty_megabytes() -> Forged:
    return replace(genuine(), body=b"<xml>" + b"A" * (20 * 1024 * 1024))


def one_byte_too_many() -> Forged:
    true = genuine()
    return replace(true, body=true.body.ljust(256 * 1024 + 1, b" "))


def nested_outside() -> Forged:
    return replace(genuine(), body=b"<a>" * 40_000)


OUTER: dict[str, tuple[Build, int]] = {
    "billion_laughs": (_outer(lambda xml: LAUGHS + xml), 400),
    "external_file": (_outer(lambda xml: FILE + xml.replace("1000002", "&f;")), 400),
    "external_address": (_outer(lambda xml: REMOTE + xml), 400),
    "parameter_entity": (_outer(lambda xml: PARAMETER + xml), 400),
    "doctype_alone": (_outer(lambda xml: "<!DOCTYPE xml>" + xml), 400),
    "doctype_lower_case": (_outer(lambda xml: "<!doctype xml>" + xml), 400),
    "doctype_after_the_root": (_outer(lambda xml: xml + "<!DOCTYPE xml>"), 400),
    "doctype_in_cdata": (_outer(lambda xml: xml.replace("1000002", "<!DOCTYPE x>")), 400),
    "nested_40_000_deep": (nested_outside, 400),
    "twenty_megabytes": (twenty_megabytes, 413),
    "one_byte_too_many": (one_byte_too_many, 413),
    "utf_16": (_outer(lambda xml: xml.encode("utf-16")), 400),
    "utf_16_declared": (
        _outer(lambda xml: f'<?xml version="1.0" encoding="utf-16"?>{xml}'.encode("utf-16")),
        400,
    ),
    "utf_7_doctype": (_outer(lambda xml: "+ADwAIQ-DOCTYPE x+AD4-" + xml), 400),
    "byte_order_mark": (_outer(lambda xml: b"\xef\xbb\xbf" + xml.encode()), 400),
    "nul_byte": (_outer(lambda xml: xml.replace("<AgentID>", "\x00<AgentID>")), 400),
    "nul_in_a_value": (_outer(lambda xml: xml.replace("1000002", "10\x0002")), 400),
    "broken_utf_8": (_outer(lambda xml: xml.encode().replace(b"1000002", b"\xff\xfe")), 400),
    "encrypt_twice": (
        _outer(lambda xml: xml.replace("</xml>", "<Encrypt>AAAA</Encrypt></xml>")),
        400,
    ),
    "receiver_twice": (
        _outer(lambda xml: xml.replace("<xml>", f"<xml><ToUserName>{CORP_ID}</ToUserName>")),
        400,
    ),
    "no_encrypt": (_outer(lambda xml: "<xml><AgentID>1</AgentID></xml>"), 400),
    "encrypt_lower_case": (_around("Encrypt", "<encrypt>", "</encrypt>"), 400),
    "encrypt_in_a_comment": (_around("Encrypt", "<!--<Encrypt>", "</Encrypt>-->"), 400),
    "encrypt_deeper": (_around("Encrypt", "<a><Encrypt>", "</Encrypt></a>"), 400),
    "encrypt_with_attribute": (_around("Encrypt", '<Encrypt a="1">', "</Encrypt>"), 400),
    "encrypt_split_cdata": (
        _outer(lambda xml: xml.replace("]]></Encrypt>", "]]><![CDATA[A]]></Encrypt>")),
        400,
    ),
    "entity_in_a_value": (_outer(lambda xml: xml.replace("1000002", "&#49;")), 400),
    "wrong_root": (_outer(lambda xml: xml.replace("xml>", "html>")), 400),
    "two_roots": (_outer(lambda xml: xml + "<xml></xml>"), 400),
    "text_before": (_outer(lambda xml: "hello " + xml), 400),
    "processing_instruction": (_outer(lambda xml: "<?php echo 1 ?>" + xml), 400),
    "truncated": (_outer(lambda xml: xml[:-20]), 400),
    "empty_body": (_outer(lambda xml: ""), 400),
    "one_million_elements": (
        _outer(lambda xml: xml.replace("</xml>", "<A>1</A>" * 20_000 + "</xml>")),
        400,
    ),
}


def _fields(**over: str) -> Build:
    return lambda: said(event(**over))


def _inner(change: Callable[[str], str]) -> Build:
    return lambda: said(change(event()))


SENSELESS: dict[str, Build] = {
    "inner_billion_laughs": _inner(lambda xml: LAUGHS + xml.replace("wx_cai", "&d;")),
    "inner_external_file": _inner(lambda xml: FILE + xml.replace("<![CDATA[wx_cai]]>", "&f;")),
    "inner_external_address": _inner(lambda xml: REMOTE + xml),
    "inner_parameter_entity": _inner(lambda xml: PARAMETER + xml),
    "inner_doctype": _inner(lambda xml: "<!DOCTYPE xml>" + xml),
    "inner_nested_deep": lambda: said("<xml>" + "<a>" * 20_000 + "</a>" * 20_000 + "</xml>"),
    "inner_many_elements": _inner(lambda xml: xml.replace("</xml>", "<a/>" * 6_000 + "</xml>")),
    "inner_nul": _inner(lambda xml: xml.replace("wx_cai", "wx\x00cai")),
    "inner_control_character": _inner(lambda xml: xml.replace("wx_cai", "wx\x08cai")),
    "inner_not_xml": lambda: said("hello"),
    "inner_json": lambda: said('{"Event":"change_external_contact"}'),
    "inner_empty": lambda: said(""),
    "inner_spaces": lambda: said(" " * 40),
    "inner_truncated": _inner(lambda xml: xml[:-30]),
    "inner_two_roots": _inner(lambda xml: xml + xml),
    "inner_wrong_root": _inner(lambda xml: xml.replace("xml>", "html>")),
    "inner_unknown_entity": _inner(lambda xml: xml.replace("<![CDATA[wx_cai]]>", "&who;")),
    "inner_user_twice": _inner(lambda xml: xml.replace("</xml>", "<UserID>wx_dee</UserID></xml>")),
    "inner_event_twice": _inner(
        lambda xml: xml.replace("</xml>", "<Event>change_contact</Event></xml>")
    ),
    "inner_no_event": _fields(Event=""),
    "inner_text_message": _fields(Event="", ChangeType="", MsgType="text", Content="你好"),
    "inner_unknown_event": _fields(Event="drop_table", ChangeType="all"),
    "inner_other_corp": _fields(ToUserName="wwsomebodyelse0001"),
    "inner_no_corp": _fields(ToUserName=""),
    "inner_no_time": _fields(CreateTime=""),
    "inner_word_time": _fields(CreateTime="yesterday"),
    "inner_negative_time": _fields(CreateTime="-1772416800"),
    "inner_huge_time": _fields(CreateTime="9" * 30),
    "added_without_guide": _fields(ChangeType="add_external_contact", UserID=""),
    "added_without_person": _fields(ChangeType="add_external_contact", ExternalUserID=""),
    "added_without_time": _fields(ChangeType="add_external_contact", CreateTime=""),
    "added_with_a_long_guide": _fields(ChangeType="add_external_contact", UserID="u" * 65),
    "added_with_a_long_person": _fields(ChangeType="add_external_contact", ExternalUserID="w" * 65),
    "deleted_without_guide": _fields(ChangeType="del_external_contact", UserID=""),
    "deleted_without_person": _fields(ChangeType="del_follow_user", ExternalUserID=""),
}
