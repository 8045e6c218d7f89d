"""Random notices: understood, or refused in the declared ways and in no other."""

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mall.contracts import PaymentFact, RefundFact
from tests.twin.forge_desk import Desk, Known, refund, transaction
from wechatpay.facts import Senseless, payment_fact, refund_fact
from wechatpay.strict_json import NotJson, parse_object

FEW = settings(max_examples=300, deadline=None, derandomize=True)
DESK = Desk("1900000001", "wx_mall", "k" * 32, "PUB_KEY_ID_1", "", "")
ORDER = Known("SIYU00000001", 9_900, "o_eve", out_refund_no="R1", refund=100)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@FEW
@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_bytes_are_an_object_or_not_json(raw: bytes | str) -> None:
    with contextlib.suppress(NotJson):
        assert isinstance(parse_object(raw), dict)


@FEW
@given(st.sampled_from(sorted(transaction(DESK, ORDER))), values)
def test_a_transaction_with_any_field_replaced_is_a_fact_or_senseless(
    name: str, value: Any
) -> None:
    true = transaction(DESK, ORDER)
    with contextlib.suppress(Senseless):
        fact = payment_fact({**true, name: value})
        assert isinstance(fact, PaymentFact)
        assert type(fact.amount_fen) is int


@FEW
@given(st.sampled_from(sorted(refund(DESK, ORDER))), values)
def test_a_refund_with_any_field_replaced_is_a_fact_or_senseless(name: str, value: Any) -> None:
    true = refund(DESK, ORDER)
    with contextlib.suppress(Senseless):
        fact = refund_fact({**true, name: value})
        assert isinstance(fact, RefundFact)
        assert type(fact.amount_fen) is int


@FEW
@given(st.dictionaries(st.sampled_from(["total", "currency", "refund"]), values))
def test_any_amount_is_whole_fen_or_senseless(amount: dict[str, Any]) -> None:
    with contextlib.suppress(Senseless):
        fact = payment_fact({**transaction(DESK, ORDER), "amount": amount})
        assert 0 < fact.amount_fen <= 100_000_000_000
