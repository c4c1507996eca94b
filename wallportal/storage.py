from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = (
    r"""(?P<matched>import\s*(?P<names>(?:\{[^}]*\}\s*from\s*)?)"(?P<url>\./[^"]+)";)""",
    'import %(names)s"%(url)s";',
)


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashes the names inside `import` statements of the portal's own modules too.

    Django's own switch reads every script, and htmx's hold examples in comments
    that name no file.
    """

    patterns = (*HashedFilesMixin.patterns, ("js/*.js", (IMPORT,)))
