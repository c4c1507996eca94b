from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wallportal.settings")

try:
    application = get_wsgi_application()
except SystemExit as refusal:
    # gunicorn gives up on this one exit code and restarts after any other, for ever.
    sys.stderr.write(f"{refusal}\n")
    sys.exit(3)
