"""The limit: a Django without middleware that reads one row and answers."""

import os
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

_DATABASE = urlsplit(os.environ["DATABASE_URL"])

settings.configure(
    SECRET_KEY="bench",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=[],
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _DATABASE.path.lstrip("/"),
            "USER": unquote(_DATABASE.username or ""),
            "PASSWORD": unquote(_DATABASE.password or ""),
            "HOST": _DATABASE.hostname,
            "PORT": _DATABASE.port,
            "CONN_MAX_AGE": 60,
        }
    },
)


@csrf_exempt
def one(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM tenants_tenant WHERE slug = %s", ["market"])
        return HttpResponse(cursor.fetchone()[0])


urlpatterns = [path("one", one)]
application = get_wsgi_application()
