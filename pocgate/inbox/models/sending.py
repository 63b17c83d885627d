"""What a mail's row keeps about its way: due, taken by a worker, sent, or given up."""

from __future__ import annotations

from django.db import models


class Sending(models.Model):
    """While a mail is `sending`, `mailed_at` is the time a worker took it; `mail_error` is the last refusal."""

    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_error = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
