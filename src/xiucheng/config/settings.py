"""Settings, all from the environment (`environment.py`): the launcher fills it for a trial, an operator for a site."""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from . import environment
from .rooms import ROOM_APPS
from .signin import *  # noqa: F403

PACKAGE = Path(__file__).resolve().parents[1]
DATA = Path(environment.text("XIUCHENG_DATA")).resolve()

# The site is the schema that every connection sees; nothing else names it.
SITE = environment.text("XIUCHENG_SITE")
DEMO = environment.flag("XIUCHENG_DEMO")
DEBUG = environment.flag("XIUCHENG_DEBUG")
SECRET_KEY = environment.text("XIUCHENG_SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured("XIUCHENG_SECRET_KEY is not set")

# "id:base64,id2:base64": the first wraps new keys, the others still open old ones (rotation).
XIUCHENG_MASTER_KEYS = environment.text("XIUCHENG_MASTER_KEYS")

ALLOWED_HOSTS = environment.words("XIUCHENG_HOSTS")
CSRF_TRUSTED_ORIGINS = environment.words("XIUCHENG_ORIGINS")
BACKUPS = environment.text("XIUCHENG_BACKUPS")
CERTIFICATE = environment.text("XIUCHENG_CERTIFICATE")
METRICS_TOKEN = environment.text("XIUCHENG_METRICS_TOKEN")
TRACES = environment.text("XIUCHENG_TRACES")
STREAM_URL = environment.text("XIUCHENG_STREAM_URL")
# Without an account, by address and minute (interfaces/web/rates.py).
RATE_REPORTS = environment.number("XIUCHENG_RATE_REPORTS")
RATE_PICTURES = environment.number("XIUCHENG_RATE_PICTURES")
RATE_SAME_KEY = environment.number("XIUCHENG_RATE_SAME_KEY")


def database(url: str) -> dict[str, object]:
    """A Django database entry from `postgresql://user:password@host:port/name?host=/socket`."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        # A pool belongs to the process; Django's own persistence must then be off.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            **query,
            "options": f"-c search_path={SITE},ext",
            # Counts only for what goes through kit.prepared; the ORM binds in the client.
            "prepare_threshold": 5,
            "pool": {"min_size": 1, "max_size": environment.number("XIUCHENG_POOL"), "timeout": 20},
        },
        # Server-side cursors break under pools that switch sessions.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def _beside(url: str) -> str:
    """The address of the key store that lies on the same server under the same name with `_keys`."""
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path}_keys").geturl()


_DEFAULT = environment.text("DATABASE_URL")
DATABASES = {
    "default": database(_DEFAULT),
    "keys": database(environment.text("DATABASE_KEYS_URL") or _beside(_DEFAULT)),
}
DATABASE_ROUTERS = ["xiucheng.foundation.people.vault.router.KeysRouter"]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    *SIGNIN_APPS,  # noqa: F405
    *ROOM_APPS,
    "xiucheng.config",
]
AUTH_USER_MODEL = "people.Account"

MIDDLEWARE = [
    "xiucheng.config.observing.Observe",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xiucheng.interfaces.web.guard.Guard",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "xiucheng.interfaces.web.middleware.Language",
    "xiucheng.interfaces.web.middleware.ContentPolicy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *SIGNIN_MIDDLEWARE,  # noqa: F405
    "xiucheng.interfaces.web.middleware.Refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps' own: our sign-in pages take the place of allauth's.
        "DIRS": [PACKAGE / "interfaces" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiucheng.interfaces.web.context.page",
                "xiucheng.interfaces.console.frame.page",
            ],
        },
    },
]
ROOT_URLCONF = "xiucheng.config.urls"
WSGI_APPLICATION = "xiucheng.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("XIUCHENG_ZONE")

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
ASSETS = PACKAGE / "interfaces" / "assets" / "dist"
STATICFILES_DIRS = [ASSETS] if ASSETS.is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 86400
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "media": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": environment.text("XIUCHENG_S3_BUCKET"),
                "endpoint_url": environment.text("XIUCHENG_S3_ENDPOINT") or None,
                "location": SITE,
            },
        }
        if environment.text("XIUCHENG_S3_BUCKET")
        else {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(DATA / "media" / SITE)},
        }
    ),
}
MEDIA_MAX_BYTES = environment.number("XIUCHENG_MEDIA_MAX_BYTES")

# A report is at most 2,000 characters; the body limit only keeps nonsense away from the parser.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# A body is refused by its stated length before any of it is read: the most pictures of one form, and its words.
BODY_MAX_BYTES = 9 * MEDIA_MAX_BYTES + DATA_UPLOAD_MAX_MEMORY_SIZE

SESSION_COOKIE_NAME = f"xc_{SITE}_session"
CSRF_FAILURE_VIEW = "xiucheng.interfaces.web.failures.csrf_failure"
CSRF_COOKIE_NAME = f"xc_{SITE}_csrf"
LANGUAGE_COOKIE_NAME = "xc_language"
# Whoever opens the site to others does so by TLS alone: cookies, redirect, and the browsers' memory of it for a year.
HTTPS = environment.flag("XIUCHENG_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = environment.number("XIUCHENG_HSTS_SECONDS") if HTTPS else 0
# The supervisor and a load balancer ask from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # An error's message may quote what a person wrote; the log tells its type and place instead.
    "formatters": {
        "line": {"()": "xiucheng.config.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "xiucheng.config.logs.Json"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": environment.text("XIUCHENG_LOG_FORM")}},
    "root": {"handlers": ["stderr"], "level": environment.text("XIUCHENG_LOG")},
}
