"""Receiver cells of back-ends that give province, city and district apart."""

from dataclasses import replace

from mall.importing.addresses import city_of
from mall.importing.cells import is_ciphertext, text_of
from mall.importing.records import Receiver

# GB/T 2260 fills the city's place with these where there is no city.
_NO_CITY = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


def join_address(*parts: object) -> str:
    """`河南省南阳市南召县`; what the platform hides or leaves out is not in it."""
    texts = [text_of(part) for part in parts]
    return "".join(text for text in texts if text not in _NO_CITY and not is_ciphertext(text))


def with_city(receiver: Receiver, region: str, city: object) -> Receiver:
    """The region put before the street, which may be ciphertext and empty here."""
    named = text_of(city)
    found = city_of(region) if named in _NO_CITY or is_ciphertext(named) else named
    return replace(receiver, address=region + receiver.address, city=found or city_of(region))
