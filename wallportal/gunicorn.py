"""How gunicorn serves the portal: `gunicorn -c python:wallportal.gunicorn`.

`WEB_CONCURRENCY` is the number of worker processes.
"""

from __future__ import annotations

import os

wsgi_app = "wallportal.wsgi"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
threads = 8
control_socket_disable = True
