from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import Error as DatabaseError
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wallportal.settings")


def refuse_wrong_pepper() -> None:
    """A PIN that is set under another pepper would never work on a charger."""
    from groups import pins

    try:
        pins.verify_pepper()
    except ImproperlyConfigured as error:
        sys.exit(f"WallPortal does not start: {error}")
    except DatabaseError:
        # It may still be starting; the pages will ask it again.
        pass
    finally:
        connection.close()


try:
    application = get_wsgi_application()
    refuse_wrong_pepper()
except SystemExit as refusal:
    # gunicorn gives up on this one exit code and restarts after any other, for ever.
    sys.stderr.write(f"{refusal}\n")
    sys.exit(3)
