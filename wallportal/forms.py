from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Renders every field with the one markup in `components/field.html`."""

    field_template_name = "components/field.html"
