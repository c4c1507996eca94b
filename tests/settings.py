from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Workers of a parallel run inherit the name. The folder is made in conftest.py.
NAME = f"wallportal-tests-{os.getpid()}"
TEST_DIR = Path(os.environ.setdefault("TEST_DIR", f"{tempfile.gettempdir()}/{NAME}"))
ENVIRONMENT = {
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "BASE_URL": "http://testserver",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
    "DEBUG": "false",
    "DEMO": "true",
    "GATEWAY_URL": "ws://testserver/ocpp/",
    "PIN_PEPPER": "the pepper of the test suite, of no use elsewhere",
    "SECRET_KEY": "the secret key of the test suite, of no use elsewhere",
    "VAR_DIR": str(TEST_DIR),
}
os.environ |= ENVIRONMENT

from wallportal.settings import *  # noqa: E402

DATABASES["default"]["TEST"] = {"NAME": f"test_wallportal_{os.getpid()}"}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: tests start threads and processes that must see it.
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
