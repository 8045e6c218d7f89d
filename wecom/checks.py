"""The connection check: each API we need, called once, and what to do where it fails."""

from collections.abc import Callable
from functools import partial

from core import ports
from core.errors import PortFailure
from org.contracts import ConnectionCheck, SiteUrls
from wecom.client import CorpClient
from wecom.models import MpAccount, WecomApp
from wecom.mp import MpClient

NO_CUSTOMERS = "84061"
UNKNOWN_CODE = "41050"
CALLBACK_UNVERIFIED = "callback_unverified"


def callback_url(app: WecomApp) -> str:
    return ports.get(SiteUrls).machine_url(f"/wecom/callback/{app.callback_key}")


def check_app(app: WecomApp) -> list[ConnectionCheck]:
    """Stops at the first line when the secret is wrong: all else would fail with it."""
    client = CorpClient(app)
    first = _try("应用凭证", client.check_secret, "企业 ID、AgentId 和 Secret 可用")
    if not first.ok:
        return [first]
    rest = [_try(name, partial(call, client), fine) for name, call, fine in _APIS]
    return [first, *_check_contacts(client), *rest, check_callback(app)]


def _check_contacts(client: CorpClient) -> list[ConnectionCheck]:
    """Members who may have customers, one of their lists, and whether unionid is told."""
    try:
        answer = client.get("externalcontact/get_follow_user_list")
    except PortFailure as failure:
        return [_failed("客户联系", failure)]
    userids = [str(userid) for userid in answer.get("follow_user") or ()]
    if not userids:
        return [_nobody()]
    return [_fine("客户联系", "已有成员开通客户联系"), *_check_customers(client, userids[0])]


def _check_customers(client: CorpClient, userid: str) -> list[ConnectionCheck]:
    name, fine = "客户列表", "可以读取客户列表"
    try:
        answer = client.get("externalcontact/list", userid=userid)
    except PortFailure as failure:
        return [_fine(name, fine) if failure.code == NO_CUSTOMERS else _failed(name, failure)]
    customers = [str(external) for external in answer.get("external_userid") or ()]
    more = [_check_unionid(client, customers[0])] if customers else []
    return [_fine(name, fine), *more]


def _nobody() -> ConnectionCheck:
    return _missing("客户联系", "没有成员开通「客户联系」，请在企业微信管理后台为导购开通", "84074")


def _check_unionid(client: CorpClient, external_userid: str) -> ConnectionCheck:
    name = "客户身份（unionid）"
    try:
        answer = client.get("externalcontact/get", external_userid=external_userid)
    except PortFailure as failure:
        return _failed(name, failure)
    if answer.get("external_contact", {}).get("unionid"):
        return _fine(name, "可以读取客户的 unionid")
    return _missing(
        name,
        "读不到客户的 unionid：请在管理后台「客户联系」中绑定微信开发者 ID，"
        "否则扫码的人只能按二维码匹配",
        "no_unionid",
    )


def _probe_welcome(client: CorpClient) -> None:
    """A code that nobody has: being told so proves the permission."""
    try:
        client.post(
            "externalcontact/send_welcome_msg",
            {"welcome_code": "CONNECTION-CHECK", "text": {"content": "连接检查"}},
        )
    except PortFailure as failure:
        if failure.code != UNKNOWN_CODE:
            raise


_APIS: tuple[tuple[str, Callable[[CorpClient], object], str], ...] = (
    (
        "企业标签",
        lambda client: client.post("externalcontact/get_corp_tag_list", {}),
        "可以读取和打标签",
    ),
    (
        "联系我二维码",
        lambda client: client.post("externalcontact/list_contact_way", {"limit": 1}),
        "可以创建「联系我」二维码",
    ),
    (
        "获客助手",
        lambda client: client.get("externalcontact/customer_acquisition_quota"),
        "可以创建获客链接",
    ),
    ("欢迎语", _probe_welcome, "可以发送欢迎语"),
    ("通讯录", lambda client: client.get("department/list"), "可以读取部门"),
    ("网页登录与分享", lambda client: client.ticket(for_agent=True), "可以使用网页组件"),
)


def check_callback(app: WecomApp) -> ConnectionCheck:
    """Only WeCom can prove this, by calling us; it needs no call of ours."""
    if app.verified_at is not None:
        return _fine("接收消息", "企业微信已验证回调地址")
    return _missing(
        "接收消息",
        f"还没有收到企业微信的验证，请在应用的「接收消息」中填写 {callback_url(app)}",
        CALLBACK_UNVERIFIED,
    )


def check_account(account: MpAccount) -> list[ConnectionCheck]:
    client = MpClient(account)
    first = _try("公众号凭证", client.check_secret, "AppID 和 AppSecret 可用")
    if not first.ok:
        return [first]
    return [first, _try("网页组件", client.ticket, "可以使用支付和分享组件")]


def _try(name: str, call: Callable[[], object], fine: str) -> ConnectionCheck:
    try:
        call()
    except PortFailure as failure:
        return _failed(name, failure)
    return _fine(name, fine)


def _failed(name: str, failure: PortFailure) -> ConnectionCheck:
    return _missing(name, failure.text, failure.code)


def _fine(name: str, message: str) -> ConnectionCheck:
    return ConnectionCheck(name=name, ok=True, message=message)


def _missing(name: str, message: str, code: str) -> ConnectionCheck:
    return ConnectionCheck(name=name, ok=False, message=message, code=code)
