"""An address pasted in one go — 姓名 手机 省市区 地址 in any order — taken apart."""

import re
from dataclasses import replace

from core.crypto import normal_phone
from mall.contracts import Receiver

PROVINCES = [
    "北京市",
    "天津市",
    "河北省",
    "山西省",
    "内蒙古自治区",
    "辽宁省",
    "吉林省",
    "黑龙江省",
    "上海市",
    "江苏省",
    "浙江省",
    "安徽省",
    "福建省",
    "江西省",
    "山东省",
    "河南省",
    "湖北省",
    "湖南省",
    "广东省",
    "广西壮族自治区",
    "海南省",
    "重庆市",
    "四川省",
    "贵州省",
    "云南省",
    "西藏自治区",
    "陕西省",
    "甘肃省",
    "青海省",
    "宁夏回族自治区",
    "新疆维吾尔自治区",
    "台湾省",
    "香港特别行政区",
    "澳门特别行政区",
]
MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")

_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_LABEL = re.compile(
    r"(收货人|收件人|联系人|姓名|手机号码|手机号|手机|联系电话|电话|所在地区|收货地址|详细地址|地址|地区)\s*[:：]"
)
_BREAK = re.compile(r"[\s,，;；、|]+")
_CITY = re.compile(r"[\u4e00-\u9fa5]{1,11}?(?:自治州|地区|盟|市)")
_DISTRICT = re.compile(r"[\u4e00-\u9fa5]{1,11}?(?:自治县|自治旗|新区|矿区|林区|区|县|旗|市)")
_NAME = re.compile(r"[\u4e00-\u9fa5·]{1,6}|[A-Za-z][A-Za-z .]{1,28}")
_LONGEST = 500


def take_apart(text: str) -> Receiver:
    """What could be told; "" for each part that could not, for a person to fill in."""
    plain = _LABEL.sub(" ", text[:_LONGEST])
    found = _PHONE.search(plain)
    phone = normal_phone(found[0]) if found else ""
    words = [word for word in _BREAK.split(_PHONE.sub(" ", plain)) if word]
    start, province, rest = _find_province(words)
    name = _find_name(words[:start] or words[start + 1 :][-1:])
    behind = words[start + 1 :]
    if not words[:start] and behind and behind[-1] == name:
        behind = behind[:-1]
    street = " ".join([rest, *behind])
    known = Receiver(name=name, phone=phone, province=province, city="", address=street)
    return _split_street(known)


def _find_province(words: list[str]) -> tuple[int, str, str]:
    """(which word begins with a province, its name, what follows in the word)."""
    for index, word in enumerate(words):
        for province in PROVINCES:
            for spelled in (province, _short(province)):
                if word.startswith(spelled) and not _is_street(word, spelled):
                    return index, province, word.removeprefix(spelled)
    longest = max(range(len(words)), key=lambda i: len(words[i]), default=0)
    return longest, "", words[longest] if words else ""


def _is_street(word: str, spelled: str) -> bool:
    """北京路 1 号 is no address in 北京."""
    return word.removeprefix(spelled)[:1] in ("路", "街", "道")


def _short(province: str) -> str:
    if province.startswith(("内蒙古", "黑龙江")):
        return province[:3]
    return province[:2]


def _find_name(words: list[str]) -> str:
    return next((word for word in words if _NAME.fullmatch(word)), "")


def _split_street(known: Receiver) -> Receiver:
    """The city and the district off the front of the street."""
    rest = known.address.strip()
    if known.province in MUNICIPALITIES:
        city = known.province
        rest = rest.removeprefix(city).strip().removeprefix("市辖区").strip()
    else:
        found = _CITY.match(rest)
        city = found[0] if found else ""
        rest = rest.removeprefix(city).strip()
    district = _DISTRICT.match(rest) if city else None
    if district:
        rest = rest.removeprefix(district[0]).strip()
    return replace(known, city=city, district=district[0] if district else "", address=rest)
