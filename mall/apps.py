from django.apps import AppConfig


class MallConfig(AppConfig):
    name = "mall"
    default_auto_field = "django.db.models.BigAutoField"
