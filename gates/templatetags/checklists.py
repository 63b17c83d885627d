"""What the fields of a checklist item are called, in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

FIELDS = {
    "key": _("Key"),
    "title": _("Title"),
    "asks": _("What it asks"),
    "how": _("How to show it"),
    "reference": _("Reference"),
    "must": _("Must or should"),
    "is_must": _("Must or should"),
    "validity_days": _("Days a signature holds"),
}


@register.filter
def field_words(name: str) -> str:
    """A field by its name."""
    return str(FIELDS.get(name, name))
