"""Random input meets the gate: it may be refused in the declared ways and in no other."""

import contextlib

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.wecom.forge_desk import AES_KEY, CORP_ID, TOKEN, encrypt, event, signed_query
from wecom.guard import CallbackRefused, check_signature, open_message, read_envelope
from wecom.parsing import CallbackEvent, Senseless, label, looks_like_contact_added, parse_event

FEW = settings(max_examples=300, deadline=None, derandomize=True)

xml_like = st.lists(
    st.sampled_from(
        ["<xml>", "</xml>", "<Encrypt>", "</Encrypt>", "<![CDATA[", "]]>", "<a>", "</a>", "&lt;"]
    )
    | st.text(max_size=12),
    max_size=30,
).map("".join)


@FEW
@given(st.binary(max_size=400) | xml_like.map(lambda text: text.encode(errors="replace")))
def test_any_body_is_an_envelope_or_refused(body: bytes) -> None:
    with contextlib.suppress(CallbackRefused):
        assert isinstance(read_envelope(body), dict)


@FEW
@given(
    st.dictionaries(
        st.sampled_from(["msg_signature", "timestamp", "nonce", "other"]),
        st.lists(st.text(max_size=50), max_size=3),
    ),
    st.text(max_size=120),
)
def test_any_query_is_refused(query: dict[str, list[str]], ciphertext: str) -> None:
    try:
        check_signature(TOKEN, query, ciphertext)
    except CallbackRefused:
        return
    raise AssertionError("a random signature was accepted")


@FEW
@given(st.text(alphabet="ABCDEFabcdef0123456789+/=", max_size=200))
@example(encrypt(b"\xff\xfe"))
@example(encrypt(event(), length=2**32 - 1))
def test_any_ciphertext_is_refused(ciphertext: str) -> None:
    try:
        open_message(AES_KEY, CORP_ID, ciphertext)
    except CallbackRefused:
        return
    raise AssertionError("a random ciphertext was opened")


@FEW
@given(st.text(max_size=300) | xml_like)
def test_any_text_is_an_event_or_senseless(text: str) -> None:
    assert isinstance(label(text), str)
    assert isinstance(looks_like_contact_added(text), bool)
    with contextlib.suppress(Senseless):
        assert isinstance(parse_event(text), CallbackEvent)


@FEW
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_what_was_encrypted_for_us_opens_unchanged(text: str) -> None:
    ciphertext = encrypt(text)
    query = {name: [value] for name, value in signed_query(ciphertext).items()}

    check_signature(TOKEN, query, ciphertext)

    assert open_message(AES_KEY, CORP_ID, ciphertext) == text
