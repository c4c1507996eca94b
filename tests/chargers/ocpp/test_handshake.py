from __future__ import annotations

import re

import pytest
from django.utils import timezone
from websockets import InvalidStatus, Subprotocol
from websockets.sync.client import connect

from chargers import credentials
from chargers.models import Charger
from tests.chargers.ocpp.station import PASSWORD, Station, basic, plugged_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def refused(url: str, *, speaks: str = "", **headers: str) -> bytes:
    """Return the whole answer, but for the time."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with pytest.raises(InvalidStatus) as caught:
        connect(
            url,
            additional_headers=named,
            subprotocols=[Subprotocol(speaks)] if speaks else None,
        )
    return re.sub(rb"Date: [^\r]+", b"Date:", caught.value.response.serialize())


def test_wrong_password_unknown_identity_and_retired_read_the_same(gateway, charger):
    wrong = refused(
        gateway + charger.identity, authorization=basic(charger.identity, "x" * 26)
    )
    unknown = refused(
        gateway + "0000000000000", authorization=basic("0000000000000", PASSWORD)
    )
    Charger.objects.update(retired_at=timezone.now())
    retired = refused(
        gateway + charger.identity, authorization=basic(charger.identity, PASSWORD)
    )

    assert wrong.startswith(b"HTTP/1.1 401")
    assert b"WWW-Authenticate: Basic" in wrong
    assert wrong == unknown == retired


UNSOUND = ("", "Basic", "Basic ====", "Basic \xfcnicode", "Bearer 0123456789")


def test_without_sound_credentials_nobody_enters(gateway, charger):
    for authorization in (*UNSOUND, basic("", ""), basic("somebody", PASSWORD)):
        answer = refused(gateway + charger.identity, authorization=authorization)

        assert answer.startswith(b"HTTP/1.1 401"), authorization


def test_only_basic_authentication_counts(gateway, charger):
    digest = basic(charger.identity, PASSWORD).replace("Basic", "Digest")

    answer = refused(gateway + charger.identity, authorization=digest)

    assert answer.startswith(b"HTTP/1.1 401")


def test_without_any_credentials_nobody_enters(gateway, charger):
    assert refused(gateway + charger.identity).startswith(b"HTTP/1.1 401")


def test_a_charger_does_not_enter_under_anothers_identity(gateway, charger):
    other = Charger.objects.create(
        organisation=charger.organisation,
        group=charger.group,
        model=charger.model,
        serial_number="other",
        password_digest=credentials.digest(b"its own password of 26 char"),
    )
    answer = refused(
        gateway + other.identity, authorization=basic(charger.identity, PASSWORD)
    )

    assert answer.startswith(b"HTTP/1.1 401")


def test_a_path_without_a_charger_is_refused_alike(gateway):
    for path in ("", "/", "?x=1", "%00", "a%2Fb", "%C3%A9", "%FF", "x" * 60):
        answer = refused(gateway + path, authorization=basic("x", "y"))

        assert answer.startswith(b"HTTP/1.1 401"), path


def test_a_browser_is_refused(gateway, charger):
    answer = refused(
        gateway + charger.identity,
        authorization=basic(charger.identity, PASSWORD),
        origin="http://testserver",
    )

    assert answer.startswith(b"HTTP/1.1 403")


PATHS = ("/{0}", "/ocpp/{0}/", "/ocpp//{0}//", "/a/b/c/{0}", "/ocpp/{0}?token=1")


def test_quirk_4_extra_parts_and_slashes_in_the_path_do_no_harm(gateway, charger):
    root = gateway.removesuffix("/ocpp/")
    headers = {"Authorization": basic(charger.identity, PASSWORD)}
    for path in PATHS:
        url = root + path.format(charger.identity)
        with connect(url, additional_headers=headers) as socket:
            assert Station(socket).call("Heartbeat"), path


def test_quirk_5_who_offers_no_subprotocol_speaks_1_6(gateway, charger):
    with plugged_in(gateway, charger, subprotocols=()) as station:
        assert station.socket.subprotocol is None
        assert station.call("Heartbeat")


def test_1_6_is_chosen_among_several(gateway, charger):
    with plugged_in(gateway, charger, subprotocols=("soap", "ocpp1.6")) as station:
        assert station.socket.subprotocol == "ocpp1.6"


def test_who_offers_only_other_versions_is_told_which_is_spoken(gateway, charger):
    answer = refused(
        gateway + charger.identity,
        speaks="ocpp1.5",
        authorization=basic(charger.identity, PASSWORD),
    )

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"ocpp1.6" in answer


def test_a_password_may_be_no_text(gateway, charger):
    password = b"\xff\xfe:\x00 not text"
    Charger.objects.update(password_digest=credentials.digest(password))
    headers = {"Authorization": basic(charger.identity, password)}

    with connect(gateway + charger.identity, additional_headers=headers) as socket:
        assert Station(socket).call("Heartbeat")


def test_nothing_is_compressed(gateway, charger):
    headers = {"Authorization": basic(charger.identity, PASSWORD)}

    with connect(gateway + charger.identity, additional_headers=headers) as socket:
        assert socket.protocol.extensions == []
