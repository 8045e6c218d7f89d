"""What `celery -A siyu.worker` loads: Django first, so that the ports are filled, then the app."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyu.settings")
django.setup()

from siyu.celery import app  # noqa: E402 - it needs the models

__all__ = ["app"]
