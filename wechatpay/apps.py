from django.apps import AppConfig


class WechatpayConfig(AppConfig):
    name = "wechatpay"
    default_auto_field = "django.db.models.BigAutoField"
