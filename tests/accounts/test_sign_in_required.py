from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from tests.factories import make_charger, make_group

pytestmark = pytest.mark.django_db

FORM = f"/memberships/{uuid.uuid4()}/role/"
PAGE = "/groups/1/users/2/?page=2"
ELSEWHERE = ["https://evil.example/x", "//evil.example/x", "http://[", "javascript:1"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in(client, method):
    charger = make_charger(group=make_group())
    url = reverse("chargers:state", args=[charger.pk])
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"}

    response = getattr(client, method)(url, headers=headers)

    assert (response.status_code, response.text) == (200, "")
    assert response["HX-Redirect"] == ("/sign-in/?next=/groups/1/users/2/%3Fpage%3D2")


@pytest.mark.parametrize("page", ELSEWHERE)
def test_a_part_of_a_page_never_leads_back_to_another_site(client, page):
    headers = {"HX-Request": "true", "HX-Current-URL": page}

    response = client.post(FORM, headers=headers)

    assert response["HX-Redirect"] == "/sign-in/"


def test_after_the_sign_in_one_is_back_on_the_page_of_the_form(client):
    response = client.post(FORM, headers={"Referer": f"http://testserver{PAGE}"})

    assert response.url == "/sign-in/?next=/groups/1/users/2/%3Fpage%3D2"


@pytest.mark.parametrize("referer", ["", *ELSEWHERE])
def test_a_form_of_no_known_page_leads_back_to_none(client, referer):
    response = client.post(FORM, headers={"Referer": referer})

    assert response.url == "/sign-in/"


def test_a_page_is_gone_back_to_by_its_address(client):
    response = client.get("/settings/profile/?a=b")

    assert response.url == "/sign-in/?next=/settings/profile/%3Fa%3Db"
