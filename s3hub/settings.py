"""All settings, in one file: the only reader of the environment. `.env.example` lists every variable.

Importing this starts nothing: without DATABASE_URL and REDIS_URL the addresses of the embedded servers are computed
from the checkout, and `manage.py` or the tests' conftest starts them (`s3hub.embedded.ensure`).
"""

import os
import sys
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from s3hub import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules


def env(name, default=""):
    """Read a variable; an empty one counts as not set, since `.env.example` leaves many empty."""
    return os.environ.get(name, "").strip() or default


def env_flag(name, default):
    """Read a yes/no variable; `1`, `true`, `yes`, `on` count as yes."""
    return env(name, str(default)).lower() in {"1", "true", "yes", "on"}


def env_list(name):
    """Read a comma-separated variable into a list without empty parts."""
    return [part.strip() for part in env(name).split(",") if part.strip()]


# ── What kind of installation this is ────────────────────────────────────────────────────────────────────────────────
DEMO = env_flag("DEMO", False)  # `manage.py demo`: codes are readable in the ledger, mails end there
DEBUG = env_flag("DEBUG", not DEMO and not any(map(env, ("DATABASE_URL", "SECRET_KEY", "SITE_URL"))))
SECRET_KEY = env("SECRET_KEY") or (embedded.local_secret() if DEBUG or DEMO or TESTING else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY must be set when DEBUG is off.")
SITE_URL = env("SITE_URL", "http://localhost:8000").rstrip("/")
SECURE = urlsplit(SITE_URL).scheme == "https"
if DEMO and SECURE and not env_flag("DEMO_IN_PUBLIC", False):
    raise ImproperlyConfigured("DEMO is on, and SITE_URL is a public address: staff could read everybody's codes.")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or [urlsplit(SITE_URL).hostname, *(["127.0.0.1"] if not SECURE else [])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
REGION = BASE_DIR / env("REGION", "regions/blekinge")
TRUSTED_PROXIES = int(env("TRUSTED_PROXIES", "0"))  # how many proxies append to X-Forwarded-For

# ── Applications ─────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "pgtrigger",
    "pghistory",
    "web",
    "accounts",
    "notifications",
    "actors",
    "platforms",
    "missions",
    "events",
    "insight",
    "s3hub",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "csp",
    "s3hub.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "web.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.middleware.sound_addresses",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "web.region_css.region_css_first",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.kept.SignInKeepsText",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.second_factor_for_staff",
    "accounts.middleware.history_context",
    "django.contrib.messages.middleware.MessageMiddleware",
    "notifications.middleware.note_who_is_here",
    "web.middleware.rest_when_overloaded",
]
ROOT_URLCONF = "s3hub.urls"
WSGI_APPLICATION = "s3hub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "web.context.site",
            ],
            "builtins": ["web.templatetags.web"],
        },
    }
]
FORM_RENDERER = "web.forms.Renderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────
DATABASE_URL = env("DATABASE_URL") or embedded.database_url()
STATEMENT_TIMEOUT = env("STATEMENT_TIMEOUT", "60s")  # jobs and commands; wsgi.py sets 5s for the web


def database(url):
    """Turn a PostgreSQL address (also one of a socket, also with `sslmode`) into Django's form."""
    parts = conninfo_to_dict(url)
    limits = f"-c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s"
    # Compiling a statement takes longer than any of ours; a page that is not read in order costs hardly more on an SSD.
    limits += " -c jit=off -c random_page_cost=1.1"
    names = ("dbname", "user", "password", "host", "port")
    options = {key: value for key, value in parts.items() if key not in names}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", ""),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": int(env("CONN_MAX_AGE", "60")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "options": limits, **options},
    }


DATABASES = {"default": database(DATABASE_URL)}

# ── Redis: the doorbell and the cache, never the truth ───────────────────────────────────────────────────────────────
REDIS_URL = env("REDIS_URL") or embedded.redis_url(db=15 if TESTING else 0)
# The tests have one cache for each of their processes, and never the demo's.
_cache_db = 2 + int(env("PYTEST_XDIST_WORKER", "gw0")[2:]) % 12 if TESTING else 1
CACHE_URL = env("CACHE_URL") or env("REDIS_URL") or embedded.cache_url(_cache_db)
if TESTING and env("REDIS_URL"):
    CACHE_URL = urlsplit(CACHE_URL)._replace(path=f"/{_cache_db}").geturl()
CACHES = {
    "default": {
        "BACKEND": "web.cache.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "s3hub",
        "KEY_FUNCTION": "web.cache.hashed",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = "memory://" if TESTING else REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 15,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_TASK_PUBLISH_RETRY = False  # a bell that cannot be rung must not hold up the person
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 330
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"
CELERY_BEAT_SCHEDULE = {
    "send-due-mail": {"task": "notifications.tasks.send_due_mail", "schedule": 30.0},
    "queue-due-digests": {"task": "notifications.tasks.queue_due_digests", "schedule": 60.0},
    "find-twins": {"task": "actors.tasks.find_twins", "schedule": 60.0},
    "ask-if-still-right": {"task": "actors.tasks.ask_if_still_right", "schedule": crontab(hour=7, minute=15)},
    "feel-pulse": {"task": "platforms.tasks.feel_pulse", "schedule": 3600.0},
    "remind-of-promises": {"task": "missions.tasks.remind_of_promises", "schedule": 3600.0},
    "give-out-seats": {"task": "events.tasks.give_out_seats", "schedule": 60.0},
    "look-at-files": {"task": "platforms.tasks.look_at_files", "schedule": 30.0},
    "purge": {"task": "accounts.tasks.purge", "schedule": 3600.0},
}

# ── E-mail ───────────────────────────────────────────────────────────────────────────────────────────────────────────
# smtp://user:password@host:587/?tls=1 · smtps://… · ledger:// (nothing leaves; the outbox is the place to read it)
EMAIL_URL = env("EMAIL_URL", "ledger://")
_mail = urlsplit(EMAIL_URL)
EMAIL_DELIVERY = "smtp" if _mail.scheme in {"smtp", "smtps"} else "ledger"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or 25
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = parse_qs(_mail.query).get("tls") == ["1"]
EMAIL_TIMEOUT = 10
REPLY_DOMAIN = env("REPLY_DOMAIN").lower()  # answers to reply+…@ here become posts; empty: no answering by mail
MAIL_REPORT_SECRET = env("MAIL_REPORT_SECRET")  # signs the provider's reports of mails that did not arrive; empty: none
MAIL_LEASE = int(env("MAIL_LEASE", "120"))  # seconds a sender may hold a mail; above ten EMAIL_TIMEOUTs
MAIL_DOMAIN = env("MAIL_DOMAIN", urlsplit(SITE_URL).hostname)
DEFAULT_FROM_EMAIL = env("MAIL_FROM", f"noreply@{MAIL_DOMAIN}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# ── Accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["accounts.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"  # my spaces, or my page for whoever has none
LOGOUT_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "notifications.adapter.OutboxAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 30 * 60  # a mail may take its time; tries are counted in PostgreSQL
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_TIMEOUT = 60 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True  # a link could be followed, and used up, by a mail scanner
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_CHANGE_EMAIL = True  # one address for one account; the old one stays until the new one is proven
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignUpForm"
ACCOUNT_FORMS = {
    "login": "accounts.signing_in.SignInForm",
    "request_login_code": "accounts.signing_in.AskForCodeForm",
    "signup": "accounts.signing_in.NewAccountForm",
    "reset_password": "accounts.signing_in.ForgottenPasswordForm",
    "add_email": "accounts.signing_in.NewAddressForm",
    "confirm_login_code": "accounts.signing_in.LoginCodeForm",
    "confirm_email_verification_code": "accounts.signing_in.SignUpCodeForm",
    "confirm_password_reset_code": "accounts.signing_in.ResetCodeForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
MFA_FORMS = {
    "add_webauthn": "accounts.signing_in.AddKeyForm",
    "edit_webauthn": "accounts.signing_in.EditKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # one period of 30 s either way: clocks differ
MFA_TOTP_ISSUER = urlsplit(SITE_URL).hostname
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
SECOND_FACTOR_REQUIRED = True  # staff, for every admin URL

# ── Languages ────────────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["web.formats"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = env("TIME_ZONE", "Europe/Stockholm")

# ── Static files ─────────────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = embedded.DATA / "no-static" if TESTING else BASE_DIR / env("STATIC_ROOT", "staticfiles")
WHITENOISE_USE_FINDERS = DEBUG or DEMO or TESTING
WHITENOISE_AUTOREFRESH = DEBUG or TESTING  # each client of a test would otherwise read all files first
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO or TESTING
        else "web.static.KeptStatic"
    },
}

# ── Files of spaces: private, served by views that check rights, never by the web server ─────────────────────────────
MEDIA_ROOT = embedded.DATA / "test-media" if TESTING else BASE_DIR / env("MEDIA_ROOT", "media")
UPLOAD_MEGABYTES = 20  # a file
UPLOAD_REQUEST_MEGABYTES = 210  # a form with several files
FILE_UPLOAD_HANDLERS = ["web.uploads.LimitedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 20
VIRUS_SCANNER = env("VIRUS_SCANNER")  # a command that reads a file on its standard input and ends with 1 for a virus

# ── Headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_FAILURE_VIEW = "web.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# ── Rules of the house that a region may set ─────────────────────────────────────────────────────────────────────────
DRAFT_DAYS = 30  # how long a registration that was never submitted is kept
MAILS_A_WEEK = int(env("MAILS_A_WEEK", "2"))  # digests and reminders, for who has chosen nothing else
MAIL_DAYS = 365  # how long the ledger keeps a mail that came to an end
ACTOR_FRESH_MONTHS = int(env("ACTOR_FRESH_MONTHS", "6"))  # so old a profile may be before its people are asked
PAGE_SIZE = 25
ACCESSIBILITY = {"level": "partly", "assessed_on": date(2026, 11, 23), "updated_on": date(2026, 11, 23)}
SECURITY_CONTACT = env("SECURITY_CONTACT")  # the region's own address when empty
NAVIGATION = [  # the main menu, in order: URL name, label, and names of other pages that belong to it
    ("actor_list", _("Actors")),
    ("partnership_list", _("Partnerships")),
    ("mission_list", _("Missions")),
    ("event_list", _("Events"), "programme_list", "ability"),
    ("method_list", _("Methods")),
]
COUNT_CAP = 1000  # "more than 1,000" above this

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"class": "s3hub.logs.Lines", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "s3hub.logs.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": env("LOG_FORMAT", "line")}},
    "loggers": {"django": {"level": "INFO"}},  # without Django's mails about errors: they hold what people typed
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING" if TESTING else "INFO")},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
