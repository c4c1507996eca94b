from __future__ import annotations

import logging

import pytest
from django.urls import reverse


@pytest.mark.django_db
def test_a_refused_page_is_one_line_in_the_log(client, cast, caplog):
    client.force_login(cast.user)

    with caplog.at_level(logging.WARNING, logger="django.request"):
        client.get(reverse("groups:tree", args=[cast.site.pk]))

    assert "Forbidden" in caplog.text
    assert "Traceback" not in caplog.text
