from django.apps import AppConfig


class SiyuConfig(AppConfig):
    name = "siyu"

    def ready(self) -> None:
        from siyu import adapters, subscriptions

        adapters.fill_ports()
        subscriptions.subscribe_all()
