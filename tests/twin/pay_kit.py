"""A twin in a process of its own, a merchant of it, and a server that takes its notifications."""

import base64
import contextlib
import functools
import itertools
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROOT = Path(__file__).resolve().parents[2]
SCHEME = "WECHATPAY2-SHA256-RSA2048"
HOST = "aurora.localhost"
NOTIFY_URL = f"https://{HOST}/pay/notify"
REFUND_URL = f"https://{HOST}/pay/refund"
APIV3_KEY = "aurora-apiv3-key-of-32-bytes-000"
APPID = "wxaurora000000001"
JSAPI = "/v3/pay/transactions/jsapi"
REFUNDS = "/v3/refund/domestic/refunds"
BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
numbers = itertools.count(1)
# One client for all: httpx builds a TLS context for each call of its module functions. No
# connection is kept, because the twin restarts and hangs up on purpose.
http = httpx.Client(
    verify=False, trust_env=False, timeout=5, limits=httpx.Limits(max_keepalive_connections=0)
)


@functools.lru_cache
def private_key(pem: str) -> Any:
    return serialization.load_pem_private_key(pem.encode(), None)


@functools.lru_cache
def public_key(pem: str) -> Any:
    return serialization.load_pem_public_key(pem.encode())


def rsa_sign(private_pem: str, message: bytes) -> str:
    """base64 of the PKCS#1 v1.5 signature with SHA-256."""
    signature = private_key(private_pem).sign(message, padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode()


def assert_signed(public_pem: str, headers: Any, body: bytes) -> None:
    """Raise unless the Wechatpay-* headers carry the key's signature over ``body``."""
    stamp, nonce = headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"]
    message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    signature = base64.b64decode(headers["Wechatpay-Signature"])
    public_key(public_pem).verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    assert headers["Wechatpay-Signature-Type"] == SCHEME


def unseal(resource: dict[str, str], apiv3_key: str = APIV3_KEY) -> str:
    """The plaintext of an AEAD_AES_256_GCM envelope."""
    assert resource["algorithm"] == "AEAD_AES_256_GCM"
    return (
        AESGCM(apiv3_key.encode())
        .decrypt(
            resource["nonce"].encode(),
            base64.b64decode(resource["ciphertext"]),
            resource["associated_data"].encode(),
        )
        .decode()
    )


def wait_for(found: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true answer of ``found``; fails after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


@dataclass
class Delivery:
    """One notification as it arrived."""

    path: str
    headers: Any
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    @property
    def resource(self) -> Any:
        return json.loads(unseal(self.event["resource"]))


@dataclass
class Receiver:
    """The merchant's server; ``answers`` are statuses to give first, then 204."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    got: list[Delivery] = field(default_factory=list)
    hold: float = 0.0

    def of(self, number: str) -> list[Delivery]:
        """The deliveries that speak of this out_trade_no, out_refund_no or out_bill_no."""
        return [one for one in list(self.got) if number in one.resource.values()]

    def wait(self, number: str, count: int = 1, seconds: float = 30.0) -> list[Delivery]:
        wait_for(lambda: len(self.of(number)) >= count, seconds)
        return self.of(number)


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """A merchant's server for a while."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Delivery(self.path, self.headers, body))
            time.sleep(receiver.hold)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield receiver
    server.shutdown()
    server.server_close()


@dataclass
class TwinProcess:
    """A running twin; ``restart`` keeps its state folder and port."""

    base: str
    command: list[str]
    process: subprocess.Popen[bytes]

    def admin(self, method: str, path: str, **body: Any) -> Any:
        """A call of /_twin/… that must succeed."""
        answer = self.try_admin(method, path, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def try_admin(self, method: str, path: str, **body: Any) -> httpx.Response:
        if method == "GET":
            return http.get(f"{self.base}/_twin/{path}", params=body)
        return http.request(method, f"{self.base}/_twin/{path}", json=body)

    def settings(self, **values: Any) -> None:
        self.admin("POST", "settings", **values)

    def fault(self, api: str, mode: str, **options: Any) -> None:
        self.admin("POST", "faults", api=api, mode=mode, **options)

    def log(self, kind: str) -> list[dict[str, Any]]:
        return [row["data"] for row in self.admin("GET", "log", kind=kind, limit=100000)["log"]]

    def restart(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.process = _spawn(self.command, self.base)


@contextlib.contextmanager
def running_twin(state: Path, product_port: int) -> Iterator[TwinProcess]:
    """A twin whose *.localhost hosts are on ``product_port``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mapped = f"*.localhost=127.0.0.1:{product_port}"
    command = [sys.executable, "-m", "twin", "--port", str(port), "--state", str(state)]
    command += ["--map", mapped]
    base = f"http://127.0.0.1:{port}"
    twin = TwinProcess(base, command, _spawn(command, base))
    yield twin
    twin.process.send_signal(signal.SIGTERM)
    twin.process.wait(10)


def _spawn(command: list[str], base: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, cwd=ROOT)

    def healthy() -> bool:
        assert process.poll() is None, "the twin stopped"
        try:
            return http.get(f"{base}/_twin/healthz", timeout=1).status_code == 200
        except httpx.TransportError:
            return False

    wait_for(healthy, 15)
    return process


@dataclass
class Shop:
    """A merchant of the twin with one customer, speaking the raw protocol."""

    twin: TwinProcess
    mchid: str
    keys: dict[str, Any]
    person: str
    openid: str
    receiver: Receiver

    def headers(self, method: str, path: str, body: bytes = b"", **changes: Any) -> dict[str, str]:
        """Signed headers; ``changes`` replace parts of the Authorization."""
        auth = {
            "mchid": self.mchid,
            "nonce_str": f"N{next(numbers):031d}",
            "timestamp": str(int(time.time())),
            "serial_no": self.keys["serial"],
            **changes,
        }
        lines = [method, path, auth["timestamp"], auth["nonce_str"]]
        message = "\n".join(lines).encode() + b"\n" + body + b"\n"
        auth.setdefault("signature", rsa_sign(self.keys["private_key_pem"], message))
        joined = ",".join(f'{name}="{value}"' for name, value in auth.items())
        return {
            "Authorization": f"{SCHEME} {joined}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "siyu-tests",
        }

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """A signed call; ``more`` adds or replaces headers."""
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = self.headers(method, path, raw) | more
        return http.request(method, f"{self.twin.base}{path}", content=raw, headers=headers)

    def order(self, number: str | None = None, total: int = 9900, **changes: Any) -> dict[str, Any]:
        """The body of an order call."""
        return {
            "appid": APPID,
            "mchid": self.mchid,
            "description": "护手霜礼盒",
            "out_trade_no": number or new_number(),
            "notify_url": NOTIFY_URL,
            "amount": {"total": total, "currency": "CNY"},
            "payer": {"openid": self.openid},
            **changes,
        }

    def place(self, number: str | None = None, total: int = 9900, **changes: Any) -> str:
        """Place an order; its prepay_id."""
        answer = self.call("POST", JSAPI, self.order(number, total, **changes))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["prepay_id"])

    def paid(self, total: int = 9900, **changes: Any) -> str:
        """Place an order and have it paid; its number."""
        number = new_number()
        self.pay(self.place(number, total, **changes))
        return number

    def pay(self, prepay_id: str) -> Any:
        return self.twin.admin("POST", "act/pay", prepay_id=prepay_id, person=self.person)

    def query(self, number: str) -> httpx.Response:
        path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.mchid}"
        return self.call("GET", path)

    def close(self, number: str) -> httpx.Response:
        path = f"/v3/pay/transactions/out-trade-no/{number}/close"
        return self.call("POST", path, {"mchid": self.mchid})

    def refund(self, number: str, fen: int, total: int = 9900, **changes: Any) -> httpx.Response:
        amount = {"refund": fen, "total": total, "currency": "CNY"}
        body = {"out_trade_no": number, "out_refund_no": f"R{new_number()}", "amount": amount}
        return self.call("POST", REFUNDS, {**body, **changes})

    def state(self) -> Any:
        return self.twin.admin("GET", "state/pay", mchid=self.mchid)

    def sheet(self, prepay_id: str, **changes: str) -> dict[str, str]:
        """The signed argument of getBrandWCPayRequest."""
        asked = {
            "appId": APPID,
            "timeStamp": str(int(time.time())),
            "nonceStr": "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
            "package": f"prepay_id={prepay_id}",
            "signType": "RSA",
        }
        lines = "".join(f"{asked[n]}\n" for n in ("appId", "timeStamp", "nonceStr", "package"))
        asked["paySign"] = rsa_sign(self.keys["private_key_pem"], lines.encode())
        return asked | changes


def new_number() -> str:
    return f"ORD{next(numbers):013d}"


def open_shop(twin: TwinProcess, receiver: Receiver, mchid: str = "1900000101") -> Shop:
    """Register a merchant and a customer."""
    merchant = {"mchid": mchid, "appid": APPID, "apiv3_key": APIV3_KEY, "name": "Aurora 旗舰店"}
    keys = twin.admin("POST", "merchants", **merchant)
    person = twin.admin("POST", "people", name="Eve")["person"]
    openid = twin.admin("POST", "pay/openid", person=person, appid=APPID)["openid"]
    return Shop(twin, mchid, keys, person, openid, receiver)


@dataclass
class PayTwin:
    """The twin of a test session and the server that takes its notifications."""

    twin: TwinProcess
    receiver: Receiver


@pytest.fixture(scope="session")
def pay_twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayTwin]:
    """One twin for every payment test."""
    with receiving() as receiver:
        state = tmp_path_factory.mktemp("pay-twin")
        with running_twin(state, receiver.port) as twin:
            yield PayTwin(twin, receiver)


@pytest.fixture(scope="module")
def whole_shop(pay_twin: PayTwin) -> Shop:
    """A merchant of its own for every module."""
    return open_shop(pay_twin.twin, pay_twin.receiver, mchid=str(1900001000 + next(numbers)))


@pytest.fixture
def shop(whole_shop: Shop) -> Iterator[Shop]:
    """The merchant, with the twin's switches at rest before and after."""
    before = whole_shop.twin.admin("GET", "settings")
    whole_shop.receiver.answers, whole_shop.receiver.hold = [], 0.0
    whole_shop.twin.settings(pay_refund_delay=0.02, pay_refund_spacing=0, pay_notify_scale=0.005)
    yield whole_shop
    whole_shop.receiver.answers, whole_shop.receiver.hold = [], 0.0
    # A notification still owed would eat the answers that the next test has prepared.
    whole_shop.twin.settings(pay_notify_scale=0)
    wait_for(lambda: http.get(f"{whole_shop.twin.base}/_twin/healthz").json()["pending"] == 0, 15)
    whole_shop.twin.settings(**before)
    whole_shop.twin.admin("DELETE", "faults")
    whole_shop.twin.admin("POST", "clock", offset_seconds=0)
