"""Receiver cells: the address column alone, or name, phone and address in one cell."""

import re

from mall.importing.cells import full_mobile, is_ciphertext, text_of
from mall.importing.records import Receiver

_IN_ONE_CELL = re.compile(
    r"([^，,]{1,40})[，,]\s*((?:\+?86-?)?[0-9*]{7,13}(?:-[0-9]{1,6})?)[，,]\s*(.+)", re.DOTALL
)
_POSTCODE = re.compile(r"[（(][0-9]{6}[）)]$")
_MUNICIPALITY = re.compile(r"(北京|上海|天津|重庆)市?")
_PROVINCE_CITY = re.compile(r"[^\s]{2,7}?(?:省|自治区)\s*([^\s]{1,12}?(?:自治州|地区|盟|市))")


def read_receiver(name: object, phone: object, address: object) -> Receiver:
    """The receiver of an order. Ciphertext (`##`, `$$`) is dropped, a masked phone kept."""
    cells = [text_of(name), text_of(phone).lstrip("'"), text_of(address)]
    if whole := _IN_ONE_CELL.fullmatch(cells[2]):
        cells = [cells[0] or whole[1].strip(), cells[1] or whole[2], whole[3].strip()]
    plain = ["" if is_ciphertext(cell) else cell for cell in cells]
    street = _POSTCODE.sub("", plain[2]).strip()
    return Receiver(
        name=plain[0],
        phone=full_mobile(plain[1]) or plain[1],
        address=street,
        city=city_of(street),
    )


def has_ciphertext(*cells: object) -> bool:
    return any(is_ciphertext(text_of(cell)) for cell in cells)


def city_of(address: str) -> str:
    """The prefecture-level city the address names; "" where it names none."""
    if direct := _MUNICIPALITY.match(address):
        return f"{direct[1]}市"
    match = _PROVINCE_CITY.match(address)
    return match[1] if match else ""
