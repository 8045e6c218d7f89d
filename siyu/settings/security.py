"""Keys, sessions, cookies."""

from siyu.settings.env import IS_LIVE, SIYU_ENV, needed, text

_MADE_UP = None if IS_LIVE else "only-for-development-and-tests-0123456789abcdef"

SECRET_KEY = needed("SIYU_SECRET_KEY", _MADE_UP)
SIYU_FIELD_KEYS = needed("SIYU_FIELD_KEYS", None if IS_LIVE else "dev=" + "5a" * 32)
SIYU_INDEX_KEY = needed("SIYU_INDEX_KEY", SECRET_KEY)

AUTH_USER_MODEL = "org.Staff"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
    if SIYU_ENV == "test"
    else "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
"""Slow on purpose where people log in; tests hash thousands of passwords of nobody."""

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "siyu_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "siyu_csrf"
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "pages.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(text("SIYU_HTTPS")) or IS_LIVE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if text("SIYU_BEHIND_PROXY") else None
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
