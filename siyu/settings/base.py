"""Language, templates, files."""

from pathlib import Path

from siyu.settings.env import SIYU_ENV, text, whole

BASE_DIR = Path(__file__).resolve().parents[2]
DEBUG = SIYU_ENV == "develop"

SIYU_DATA_DIR = text("SIYU_DATA_DIR", str(BASE_DIR / "var"))
SIYU_BASE_DOMAIN = text("SIYU_BASE_DOMAIN", "localhost")
SIYU_PORT = whole("SIYU_PORT", 8000)
SIYU_CHECK_SCHEMA = SIYU_ENV != "test"

ROOT_URLCONF = "siyu.urls.staff"
WSGI_APPLICATION = "siyu.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ALLOWED_HOSTS = [SIYU_BASE_DOMAIN, f".{SIYU_BASE_DOMAIN}", *text("SIYU_HOSTS").split()]
APPEND_SLASH = False

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "build" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = Path(SIYU_DATA_DIR) / "media"
FILE_UPLOAD_PERMISSIONS = 0o600

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "pages.context.site",
            ],
            "builtins": ["template_partials.templatetags.partials", "pages.templatetags.siyu"],
        },
    }
]

REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
}
