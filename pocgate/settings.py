"""Settings, only from the environment. `.env.example` lists every variable and its default."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from pocgate.kernel.env import Environment
from pocgate.kernel.logs import logging_settings

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.folder("POCGATE_VAR", BASE_DIR / "var")

# Embedded: one machine, loopback, no server needed. Server: behind TLS, nothing guessed.
MODE = env.choice("POCGATE_MODE", ("embedded", "server"), "embedded")
SERVER_MODE = MODE == "server"
DEBUG = env.flag("POCGATE_DEBUG", False)
ALLOWED_HOSTS = env.words("POCGATE_ALLOWED_HOSTS", pattern=r"\*|\.?[\w.-]+|\[[0-9a-fA-F:]+\]", like="gate.example.org")
if not ALLOWED_HOSTS and not SERVER_MODE:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.words(
    "POCGATE_TRUSTED_ORIGINS", pattern=r"https?://[*\w.-]+(:\d+)?", like="https://gate.example.org"
)
SECRET_KEY_PATH = VAR_DIR / "secret-key"
SECRET_KEY_LENGTH = 50


def _secret_key() -> str:
    given = env.secret("POCGATE_SECRET_KEY")
    if given or SERVER_MODE:
        return given
    # `make run` writes the file; a command run before it signs nothing that has to last.
    return SECRET_KEY_PATH.read_text() if SECRET_KEY_PATH.exists() else secrets.token_urlsafe(48)


SECRET_KEY = _secret_key()

if SERVER_MODE:
    # What Django's own check --deploy calls weak.
    if len(SECRET_KEY) < SECRET_KEY_LENGTH or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith("django-insecure-"):  # noqa: PLR2004
        raise ImproperlyConfigured("POCGATE_SECRET_KEY: server mode needs a key of at least 50 random characters.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("POCGATE_ALLOWED_HOSTS: name the hosts this installation answers to; * is refused.")
    if DEBUG:
        raise ImproperlyConfigured("POCGATE_DEBUG: must be off in server mode.")
    if not env.flag("POCGATE_TLS", False):
        raise ImproperlyConfigured("POCGATE_TLS: set it to 1 once a proxy serves this installation over HTTPS.")

INSTALLED_APPS = [
    "pocgate.kernel",
    "pocgate.identity",
    "pocgate.ledger",
    "pocgate.inbox",
    "portfolio",
    "scoring",
    "gates",
    "pocgate.web",
    "pocgate.api",
    "pocgate.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "django_htmx",
    # Named by their plain configurations: with both configuring themselves, components silently stop rendering.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_structlog",
    "lucide",
    "js_lib_bootstrap5",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "pocgate.ledger.middleware.RequestOriginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pocgate.web.middleware.PersonMiddleware",
    "pocgate.web.middleware.DomainErrorMiddleware",
    "pocgate.web.middleware.NullCharacterMiddleware",
]

ROOT_URLCONF = "pocgate.urls"
WSGI_APPLICATION = "pocgate.wsgi.application"
TEST_RUNNER = "django.test.runner.DiscoverRunner"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pocgate.web.context.page",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.contrib.humanize.templatetags.humanize",
                "lucide.templatetags.lucide",
                "pocgate.web.templatetags.pocgate",
            ],
        },
    }
]
COTTON_DIR = "components"

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'pocgate.sqlite3'}")
}
ON_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
DATABASES["default"]["ATOMIC_REQUESTS"] = False
POOLED = env.flag("POCGATE_DATABASE_POOL", SERVER_MODE)
if ON_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        # A deferred transaction that turns into a writer fails at once with "database is locked"; this one waits.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if POOLED:
        DATABASES["default"]["OPTIONS"] = {"pool": True}
    else:
        DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.broker("REDIS_URL")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "pocgate"}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["rules.permissions.ObjectPermissionBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())
SESSION_COOKIE_NAME = "pocgate_session"
CSRF_COOKIE_NAME = "pocgate_csrf"
# Vote, decision and sign-off ask for a sign-in younger than this.
RECENT_SIGN_IN = timedelta(minutes=env.integer("POCGATE_RECENT_SIGN_IN_MINUTES", 720, minimum=1))
DEMO_SIGN_INS = not SERVER_MODE

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "pocgate" / "locale"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = env.zone("POCGATE_TIME_ZONE", "UTC")

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("POCGATE_STATIC", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "pocgate.kernel.charts.library.ChartLibraryFinder",
]
MEDIA_ROOT = VAR_DIR / "uploads"
# Further fonts for printed documents, for letters outside Latin, Greek and Cyrillic.
PRINT_FONTS = VAR_DIR / "fonts"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "pocgate.kernel.uploads.RefuseTooLargeUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
MAX_UPLOAD_BYTES = 64 * 1024 * 1024

# The folder is for one machine, where a page shows it; a server sends.
EMAIL_BACKEND = {
    "folder": "django.core.mail.backends.filebased.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
}[env.choice("POCGATE_MAIL", ("folder", "smtp"), "folder")]
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.pattern("POCGATE_MAIL_HOST", "localhost", pattern=r"[\w.:-]+", like="mail.example.org")
EMAIL_PORT = env.integer("POCGATE_MAIL_PORT", 25, minimum=1, maximum=65_535)
EMAIL_HOST_USER = env.text("POCGATE_MAIL_USER")
EMAIL_HOST_PASSWORD = env.secret("POCGATE_MAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("POCGATE_MAIL_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.pattern(
    "POCGATE_MAIL_FROM",
    "POC Gate <pocgate@localhost>",
    pattern=r"[^<>@\s]+@[\w.-]+|[^<>@]+ <[^<>@\s]+@[\w.-]+>",
    like="POC Gate <pocgate@example.org>",
)
SITE_URL = env.pattern(
    "POCGATE_SITE_URL",
    "http://127.0.0.1:8000",
    pattern=r"https://[^\s/]+/?" if SERVER_MODE else r"https?://[^\s/]+/?",
    like="https://gate.example.org",
).rstrip("/")

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "pocgate.kernel.broker:Transport"
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"visibility_timeout": 600}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "store_processed": False,
        # A worker that found no message, or has enough in hand, looks again after so many seconds.
        "polling_interval": 0.05,
    }
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A web request must not hang on a broker that is away: the due row is the record, the message only a wake-up.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# A wake-up that no worker took in time is not kept: the next one does the same.
SOON = {"expires": 300}
CELERY_BEAT_SCHEDULE = {
    "beat heartbeat": {"task": "kernel.beat_heartbeat", "schedule": 15.0, "options": SOON},
    "recompute sweep": {"task": "scoring.sweep_readiness", "schedule": 15.0, "options": SOON},
    "findings sweep": {"task": "scoring.sweep_findings", "schedule": 15.0, "options": SOON},
    "cost sweep": {"task": "scoring.sweep_costs", "schedule": 60.0, "options": SOON},
    "waiver sweep": {"task": "scoring.sweep_waivers", "schedule": 60.0, "options": SOON},
    "job sweep": {"task": "kernel.sweep_jobs", "schedule": 15.0, "options": SOON},
    "gate sweep": {"task": "gates.sweep", "schedule": 60.0, "options": SOON},
    "reminders": {"task": "gates.send_reminders", "schedule": 60.0, "options": SOON},
    "mail": {"task": "inbox.send_mail", "schedule": 60.0, "options": SOON},
    "channels": {"task": "inbox.send_posts", "schedule": 60.0, "options": SOON},
    "digests": {"task": "web.write_digests", "schedule": 60.0, "options": SOON},
    "nightly recompute": {"task": "scoring.recompute_all", "schedule": crontab(hour=2, minute=10)},
    "nightly findings": {"task": "scoring.refresh_all_findings", "schedule": crontab(hour=2, minute=30)},
    "nightly positions": {"task": "scoring.place_all", "schedule": crontab(hour=2, minute=50)},
    "event dispatch": {"task": "ledger.dispatch_events", "schedule": 60.0, "options": SOON},
    "retention of deliveries": {"task": "ledger.forget_deliveries", "schedule": crontab(hour=3, minute=30)},
    "untouched drafts": {"task": "scoring.archive_untouched_drafts", "schedule": crontab(hour=3, minute=20)},
    "ledger checkpoint": {"task": "ledger.make_checkpoint", "schedule": crontab(hour=3, minute=50)},
    "retention of calendars": {"task": "web.forget_calendar_entries", "schedule": crontab(hour=3, minute=35)},
    "retention of sessions": {"task": "kernel.forget_expired_sessions", "schedule": crontab(hour=3, minute=45)},
    "retention of jobs": {"task": "kernel.forget_done_jobs", "schedule": crontab(hour=3, minute=40)},
}
# Whose standing still is told to administrators on every page.
REMINDERS_TASK = "gates.send_reminders"
JOB_RETENTION_DAYS = env.integer("POCGATE_JOB_RETENTION_DAYS", 30, minimum=1)

# Seconds after each failed attempt; together nearly three days, as Standard Webhooks recommends.
WEBHOOK_PAUSES = env.numbers("POCGATE_WEBHOOK_PAUSES", "5,300,1800,7200,18000,36000,50400,72000,72000", minimum=1)
WEBHOOK_ALLOW_PRIVATE = env.networks("POCGATE_WEBHOOK_ALLOW_PRIVATE")
WEBHOOK_LOG_DAYS = env.integer("POCGATE_WEBHOOK_LOG_DAYS", 30, minimum=4)

if SERVER_MODE:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^api/v1/health/"]
    SECURE_HSTS_SECONDS = env.integer("POCGATE_HSTS_SECONDS", 31_536_000, minimum=0)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

API_RATE = env.pattern("POCGATE_API_RATE", "1200/min", pattern=r"[1-9]\d*/(sec|min|hour|day)", like="1200/min")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "pocgate.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "pocgate.api.problems.problem_response",
    "DEFAULT_THROTTLE_CLASSES": ["pocgate.api.throttling.PersonThrottle"],
    "DEFAULT_THROTTLE_RATES": {"person": API_RATE},
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "POC Gate",
    "DESCRIPTION": "AI use cases, their readiness from evidence, and the gates that decide on them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pocgate.api.schema.named_shapes_as_components",
    ],
    "ENUM_NAME_OVERRIDES": {
        "YesNoEnum": "portfolio.enums.YesNo",
        "YesNoUnknownEnum": "portfolio.enums.YesNoUnknown",
        "ChangeKindEnum": "portfolio.enums.ChangeKind",
        "ReleaseKindEnum": "portfolio.enums.ReleaseKind",
        "ReviewKindEnum": "gates.enums.ReviewKind",
    },
}

LOGGING_CONFIG = None
LOGGING = logging_settings(
    as_json=SERVER_MODE, level=env.choice("POCGATE_LOG_LEVEL", ("DEBUG", "INFO", "WARNING"), "INFO")
)
DJANGO_STRUCTLOG_CELERY_ENABLED = False
