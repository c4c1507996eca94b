from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.names import validate_visible

INVISIBLE = ["\u200b", "\u202egarage", "a\ufffdb", "two\r\nlines", "\u2060 \u200b"]


@pytest.mark.parametrize("text", ["José", "راه‌حل", "👩‍🔧 Ana", "Level −2", "7"])
def test_a_name_that_can_be_seen_is_taken(text):
    validate_visible(text)


@pytest.mark.parametrize("text", INVISIBLE)
def test_a_name_that_hides_something_is_refused(text):
    with pytest.raises(ValidationError):
        validate_visible(text)


@pytest.mark.parametrize("text", INVISIBLE)
def test_people_groups_and_chargers_have_visible_names(client, cast, text):
    client.force_login(cast.superadministrator)
    model = cast.charger.model_id
    posts = {
        reverse("accounts:profile"): {"name": text, "time_zone": "UTC"},
        reverse("groups:add", args=[cast.site.pk]): {"name": text},
        reverse("groups:edit", args=[cast.organisation.pk]): {
            "name": text,
            "currency": "EUR",
            "time_zone": "UTC",
        },
        reverse("chargers:add", args=[cast.site.pk]): {
            "serial_number": "SN 1",
            "name": text,
            "model": model,
            "group": cast.site.pk,
        },
    }

    for url, data in posts.items():
        response = client.post(url, data)
        assert set(response.context["form"].errors) == {"name"}, url
