"""Which app's tables live where."""

SHARED_APPS = ["django_tenants", "tenants"]

PLATFORM_APPS = ["django.contrib.contenttypes", "django.contrib.sessions", "core", "org"]

TENANT_APPS = [
    *PLATFORM_APPS,
    "members",
    "outreach",
    "mall",
    "acquisition",
    "community",
    "distribution",
    "livestream",
    "analytics",
    "wecom",
    "wechatpay",
]

INSTALLED_APPS = [
    *SHARED_APPS,
    *TENANT_APPS,
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "rest_framework",
    "drf_spectacular",
    "pages",
    "siyu",
]

MIDDLEWARE = [
    "siyu.middleware.request_log.RequestLogMiddleware",
    "tenants.middleware.HealthMiddleware",
    "siyu.middleware.metrics.MetricsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.middleware.TenantMiddleware",
    "siyu.middleware.headers.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "siyu.middleware.actor.ActorMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "siyu.middleware.access.AccessMiddleware",
]
