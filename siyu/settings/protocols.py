"""Where WeCom, 公众号 and WeChat Pay are: scheme and host, no path."""

from siyu.settings.env import text

WECOM_API_BASE = text("WECOM_API_BASE", "https://qyapi.weixin.qq.com")
WECHAT_OPEN_BASE = text("WECHAT_OPEN_BASE", "https://open.weixin.qq.com")
WECHAT_API_BASE = text("WECHAT_API_BASE", "https://api.weixin.qq.com")
WECHATPAY_API_BASE = text("WECHATPAY_API_BASE", "https://api.mch.weixin.qq.com")
WECHAT_JSSDK_URL = text("WECHAT_JSSDK_URL", "https://res.wx.qq.com/open/js/jweixin-1.6.0.js")
TWIN_URL = text("TWIN_URL")
