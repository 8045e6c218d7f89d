"""Where WeCom, 公众号 and WeChat Pay are: scheme and host, no path."""

from siyu.settings.env import text, whole

WECOM_API_BASE = text("WECOM_API_BASE", "https://qyapi.weixin.qq.com")
WECHAT_OPEN_BASE = text("WECHAT_OPEN_BASE", "https://open.weixin.qq.com")
WECHAT_API_BASE = text("WECHAT_API_BASE", "https://api.weixin.qq.com")
WECHATPAY_API_BASE = text("WECHATPAY_API_BASE", "https://api.mch.weixin.qq.com")
WECHAT_JSSDK_URL = text("WECHAT_JSSDK_URL", "https://res.wx.qq.com/open/js/jweixin-1.6.0.js")
TWIN_URL = text("TWIN_URL")

WECOM_PAUSE_MS = whole("WECOM_PAUSE_MS", 60_000)
"""The first pause after 45009; endurance runs, in which it is thrown at random, shorten it."""

WECOM_SUBMIT_MS = whole("WECOM_SUBMIT_MS", 10_000)
"""How long the answer to a mass send is waited for; a chunk's lease is three times as long."""
