from __future__ import annotations

import logging

import pytest
from django.contrib.auth.decorators import login_not_required
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.factories import make_user
from wallportal.urls import handler500

FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.django_db


@csrf_exempt
@login_not_required
def at_fault(request):
    raise RuntimeError("a fault of ours")


# This module is a URL configuration too: of one address, with the portal's handler.
urlpatterns = [path("", at_fault)]
__all__ = ["handler500", "urlpatterns"]


def post_unreadable(path, charset):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get("/sign-in/email/")
    return client.post(
        path,
        "email=uma",
        content_type=f"{FORM}; charset={charset}",
        headers={"X-CSRFToken": client.cookies["csrftoken"].value},
    )


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-7", "utf-16"])
@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/sign-in/email/", 400, "The portal cannot read this request"),
        ("/nowhere/", 404, "There is no such page"),
    ],
)
def test_an_unreadable_form_is_answered_in_words(caplog, charset, path, status, words):
    response = post_unreadable(path, charset)

    assert (response.status_code, words in response.text) == (status, True)
    assert not [log for log in caplog.records if log.levelno >= logging.ERROR]


def test_a_fault_of_ours_is_answered_in_words_whatever_was_sent(settings):
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    client.cookies["csrftoken"] = "c" * 32

    response = client.post("/", "a=b", content_type=f"{FORM}; charset=utf-7")

    assert response.status_code == 500
    assert "Something went wrong here" in response.text


def test_an_address_that_only_takes_forms_says_so(client):
    client.force_login(make_user())

    response = client.get("/sign-out/")

    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
    assert "This address has no page of its own" in response.text


def test_a_program_that_wants_no_page_gets_none(client):
    client.force_login(make_user())

    response = client.get("/sign-out/", headers={"Accept": "application/json"})

    assert (response.status_code, response.content) == (405, b"")
