"""Which case a page of this app is about."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.http import number_of
from portfolio.models import UseCase


def visible_case(request: SignedInRequest, reference: str) -> UseCase:
    """The case, or 404 when it does not exist or the person may not see it."""
    visible = UseCase.objects.visible_to(request.user, now=timezone.now()).with_people_and_places()
    return get_object_or_404(visible, number=number_of(reference))
