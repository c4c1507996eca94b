"""The one settings file. Everything that differs between installations is read
from the environment; `.env.example` lists the names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.urls import reverse_lazy

from wallportal import environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
environment.read_dotenv(BASE_DIR / ".env")

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# Core

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = environment.secret(env, "SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
BASE_URL = environment.base_url(env)
IS_HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = environment.allowed_hosts(env, urlsplit(BASE_URL).hostname or "")
if not DEMO and DEBUG:
    environment.refuse("DEBUG is on. It shows secrets to strangers; set DEBUG=false.")
if not DEMO and not IS_HTTPS:
    environment.refuse("BASE_URL must begin with https:// unless DEMO=true.")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "lucide",
    "accounts",
    "groups",
    "chargers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "accounts.middleware.preferences",
    "accounts.middleware.last_seen",
    "accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wallportal.errors.method_not_allowed",
]

ROOT_URLCONF = "wallportal.urls"
WSGI_APPLICATION = "wallportal.wsgi.application"
APPEND_SLASH = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Database

DEFAULT_DATABASE_URL = f"sqlite:///{VAR_DIR / 'wallportal.sqlite3'}"
DATABASES: dict[str, dict[str, Any]] = {
    "default": environment.database(env, DEFAULT_DATABASE_URL),
}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a deferred transaction that turns from reading to writing fails
    # at once with "database is locked" instead of waiting for the timeout.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;"
            "PRAGMA synchronous=FULL;"
            "PRAGMA cache_size=-16000;"
            "PRAGMA mmap_size=134217728;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = reverse_lazy("accounts:sign_in")
LOGIN_REDIRECT_URL = reverse_lazy("chargers:home")
LOGOUT_REDIRECT_URL = reverse_lazy("accounts:sign_in")
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": (
            "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"
        ),
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 30 * 24 * 60 * 60

# Commander PINs

PIN_PEPPER = environment.secret(env, "PIN_PEPPER")
if PIN_PEPPER == SECRET_KEY:
    environment.refuse("PIN_PEPPER must differ from SECRET_KEY.")

# Gateway

GATEWAY_URL = env.str(
    "GATEWAY_URL", default=BASE_URL.replace("http", "ws", 1) + "/ocpp/"
)

# Languages and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "wallportal.formats"
TIME_ZONE = "UTC"
USE_TZ = True

# Security

CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    },
}

# Templates and static files

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
                "groups.navigation.navigation",
            ],
        },
    },
]
FORM_RENDERER = "wallportal.forms.FormRenderer"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "wallportal.storage.StaticStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Logging

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "filters": {"no_traceback": {"()": "wallportal.logs.NoTraceback"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Frames carry PINs; the package would write every one of them.
        "ocpp": {"handlers": [], "propagate": False},
        "websockets": {"level": "WARNING"},
        "django.request": {"filters": ["no_traceback"]},
        "django.security": {"filters": ["no_traceback"]},
    },
}
