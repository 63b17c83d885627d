"""Naming people for roles."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.enums import TeamRole
from portfolio.forms.inputs import PersonField


class MemberForm(forms.Form):
    """A person and their part; the product owner is handed over in a form of its own."""

    user = PersonField(label=_("Person"))
    role = forms.ChoiceField(
        label=_("Role"), choices=[choice for choice in TeamRole.choices if choice[0] != TeamRole.PRODUCT_OWNER]
    )


class OwnerForm(forms.Form):
    """Who takes the case over."""

    new_owner = PersonField(label=_("Hand over to"))
