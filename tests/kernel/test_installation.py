"""The name of the installation is drawn once and kept."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError

from pocgate.kernel.installation import installation_id
from pocgate.kernel.models import Installation

pytestmark = pytest.mark.django_db


def test_installation_keeps_the_name_that_was_drawn_first() -> None:
    first = installation_id()

    assert re.fullmatch("[0-9a-f]{32}", first)
    assert (installation_id(), Installation.objects.count()) == (first, 1)


def test_of_two_that_draw_at_once_the_later_takes_over_the_first_name(monkeypatch: pytest.MonkeyPatch) -> None:
    first = installation_id()
    # The other one has looked before the row was there.
    monkeypatch.setattr(type(Installation.objects), "first", lambda _self: None)

    assert installation_id() == first


def test_there_is_one_installation() -> None:
    installation_id()

    with pytest.raises(IntegrityError, match="kernel_installation_one"):
        Installation.objects.create(number=2)
