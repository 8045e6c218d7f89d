"""What a page must not show."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.shots.places import Place

ALLOWED = re.compile(
    r"""^(id|ID|CSV|csv|PDF|xlsx|parquet|JSON|QR|SKU|SOP|WeCom|H5|API|APIv\d|AppID|AgentId|CorpID|
    CorpId|AppSecret|Secret|Token|EncodingAESKey|URL|PEM|XLSX|Parquet|ExportOrderDetailList|https?|SF\d*|UTF|GBK|Excel|IP|ERP|HTML|PUB_KEY_ID_?|
    v\d+|vs|n|D\d+|R)$""",
    re.VERBOSE,
)
_LOOK = (Path(__file__).parent / "look.js").read_text()


@dataclass
class Verdict:
    name: str
    faults: list[str] = field(default_factory=list)


def judge(page: Any, name: str, place: Place, *, is_phone: bool, log: list[str]) -> Verdict:
    seen = page.evaluate(_LOOK, is_phone)
    faults = list(dict.fromkeys(seen["faults"]))
    expected = ("404", "403", "401", "410") if place.may_be_refused else ("403", "401")
    faults += [
        f"控制台错误：{line[:160]}" for line in log if not any(code in line for code in expected)
    ]
    words = sorted(set(re.findall(r"[A-Za-z][A-Za-z_]{2,}", _plain(seen["text"]))))
    foreign = [word for word in words if not ALLOWED.match(word)]
    if foreign:
        faults.append(f"英文残留：{' '.join(foreign[:12])}")
    if len(seen["text"].strip()) < 8:
        faults.append("页面几乎没有文字")
    return Verdict(name, faults)


def _plain(text: str) -> str:
    """Without what is data: addresses, ids, codes with digits in them."""
    text = re.sub(r"https?://\S+|\S+\.localhost\S*", " ", text)
    return re.sub(r"\S*[A-Za-z]\S*\d\S*|\S*\d\S*[A-Za-z]\S*", " ", text)
