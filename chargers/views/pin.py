from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest
from chargers.models import Charger
from chargers.person_forms import PinForm
from groups import pins, policy
from groups.models import Group
from groups.policy import Action

if TYPE_CHECKING:
    from accounts.models import User

NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Standing:
    """How a person's PIN stands: where it counts, and where it is taken."""

    since: datetime | None
    counts_in: list[Group]
    lacking_in: list[Group]
    commanders: list[Charger]
    has_more_commanders: bool

    @property
    def is_set(self) -> bool:
        return self.since is not None

    @property
    def needs_new(self) -> bool:
        return self.is_set and bool(self.lacking_in)

    @property
    def belongs_somewhere(self) -> bool:
        return bool(self.counts_in or self.lacking_in)


@sensitive_post_parameters("pin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: UserRequest) -> HttpResponse:
    standing = _standing(request.user)
    draw = _draw(request)
    suggestion = pins.suggest(request.user, draw or 0)
    # A field that is filled in after saving would look like the PIN that is set.
    is_filled = draw is not None or standing.needs_new or not standing.is_set
    form = PinForm(
        request.POST or None, initial={"pin": suggestion if is_filled else ""}
    )
    refusal = None

    if request.method == "POST" and form.is_valid():
        refusal = _choose(request.user, form.cleaned_data["pin"])
        if refusal is None:
            messages.success(request, _("Your Commander PIN is saved."))
            return redirect("chargers:pin")
        form = PinForm({"pin": suggestion})
        form.add_error("pin", str(refusal))

    context = {
        "form": form,
        "standing": standing,
        "is_filled": is_filled or refusal is not None,
        "may_keep_suggestion": suggestion
        and isinstance(refusal, pins.MayKeepSuggestion),
        "next_draw": (draw or 0) + 1 if is_filled else 0,
    }
    return render(request, "chargers/pin.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_own_pin(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        pins.remove_everywhere(request.user)
        messages.success(request, _("Your Commander PIN is removed."))
        return redirect("chargers:pin")

    return render(request, "chargers/confirm_remove_own_pin.html")


def _choose(user: User, pin: str) -> pins.Refusal | None:
    try:
        pins.choose(user, pin)
    except pins.Refusal as refusal:
        return refusal
    return None


def _draw(request: UserRequest) -> int | None:
    text = request.GET.get("draw", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 5
    return int(text) if is_number else None


def _standing(user: User) -> Standing:
    belongs_to = Group.objects.filter(people__user=user).order_by("name", "pk")
    claims = {
        claim.organisation_id: claim
        for claim in user.pin_claims.filter(released_at=None)
    }
    counts_in = [group for group in belongs_to if group.pk in claims]
    in_reach = Charger.objects.in_service().with_keypad()
    if claims:
        in_reach = in_reach.filter(organisation__in=counts_in)
    commanders = list(
        policy.scope(user, Action.START_CHARGE, in_reach)
        .select_related("group")
        .order_by("name", "pk")[: NAMED_AT_MOST + 1]
    )
    return Standing(
        since=min((claim.claimed_at for claim in claims.values()), default=None),
        counts_in=counts_in,
        lacking_in=[group for group in belongs_to if group.pk not in claims],
        commanders=commanders[:NAMED_AT_MOST],
        has_more_commanders=len(commanders) > NAMED_AT_MOST,
    )
