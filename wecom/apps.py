from django.apps import AppConfig


class WecomConfig(AppConfig):
    name = "wecom"
    default_auto_field = "django.db.models.BigAutoField"
