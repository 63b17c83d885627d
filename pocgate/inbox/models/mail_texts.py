"""Texts of mails that an administrator changed; without a row the shipped text holds."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pocgate.inbox.enums import MailTextKind


class MailText(models.Model):
    """The three parts of a mail with places for values. `version` counts edits, so that none overwrites another."""

    kind = models.CharField(max_length=20, choices=MailTextKind.choices, unique=True)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MailTextKind.values), name="inbox_mailtext_kind_known"),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(text="") & ~Q(html=""), name="inbox_mailtext_has_its_parts"
            ),
        ]

    def __str__(self) -> str:
        return self.kind
