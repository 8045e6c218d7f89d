"""What an errcode of WeCom or of a 公众号 means for the caller.

Classes and codes follow the platform's page on global error codes (document 90313); the
errmsg is for people and changes, so it decides nothing.
"""

from core.errors import Outcome, PortFailure

TOKEN_REJECTED = frozenset({40001, 40014, 42001})
TRANSIENT = frozenset({-1, 6000, 41063, 41079, 41096, 45033, 301022})
QUOTA = frozenset({45009, 95001, 95002, 41094, 41078})
GONE = frozenset({84061, 40096, 40003, 60111, 46004})

_MEANING = {
    -1: "企业微信系统繁忙",
    40001: "应用的 Secret 不正确，或应用已停用",
    40003: "成员的 UserID 不存在",
    40013: "企业 ID（CorpID）或 AppID 不正确",
    40014: "访问凭证无效",
    40029: "授权码无效或已过期，请重新进入",
    40091: "这个 Secret 属于另一个企业",
    40096: "客户不存在，或不在可见范围内",
    40125: "AppSecret 不正确",
    40163: "授权码已被使用，请重新进入",
    40164: "服务器 IP 不在公众号的 IP 白名单内",
    41002: "缺少企业 ID（CorpID）",
    41004: "缺少应用的 Secret",
    41045: "联系我二维码数量已达上限",
    41050: "欢迎语凭证无效或已过期",
    41051: "客户已经开始聊天，或欢迎语已发送",
    41053: "客户未同意会话存档",
    41054: "成员未激活或未实名",
    41096: "欢迎语正由其他应用发送",
    42001: "访问凭证已过期",
    42022: "授权码已被使用，请重新进入",
    45009: "接口调用超过频率限制",
    45033: "接口并发调用超过限制",
    48001: "应用没有调用这个接口的权限",
    48002: "应用没有调用这个接口的权限，请把应用加入「可调用接口的应用」",
    48006: "应用的接口权限因长期未使用被收回",
    50001: "网页授权域名不可信，请设置应用的可信域名",
    50003: "应用已被停用",
    60011: "成员或部门不在应用的可见范围内",
    60020: "服务器 IP 不在企业可信 IP 列表内",
    60111: "成员不存在",
    84061: "不是该成员的客户",
    84074: "没有配置了客户联系功能的成员",
    301002: "无权查看或操作该成员",
    701008: "成员没有互通账号许可",
}


def meaning(errcode: int) -> str:
    return _MEANING.get(errcode, f"接口返回错误 {errcode}")


def failure(errcode: int, *, retry_after: float | None = None) -> PortFailure:
    """The failure to raise for an errcode other than 0."""
    outcome = Outcome.REJECTED
    if errcode in TRANSIENT or errcode in QUOTA:
        outcome = Outcome.RETRYABLE
    return PortFailure(str(errcode), meaning(errcode), outcome=outcome, retry_after=retry_after)
