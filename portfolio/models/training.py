"""Training of the people who work with a case."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portfolio.models.evidence import Evidence
from portfolio.models.recorded import RecordedFact


class TrainingSession(RecordedFact):
    """A session on `session_date`: planned while `people_trained` is empty, held once it is given.

    Nobody need be planned for a session that makes up for a missed one.
    """

    audience = models.CharField(_("audience"), max_length=200)
    session_date = models.DateField(_("date"))
    people_planned = models.PositiveIntegerField(_("people planned"))
    people_trained = models.PositiveIntegerField(_("people trained"), null=True)
    material = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="training_sessions")

    class Meta(RecordedFact.Meta):
        constraints = [
            *RecordedFact.Meta.constraints,
            models.CheckConstraint(condition=~Q(audience=""), name="portfolio_trainingsession_audience_named"),
        ]
        indexes = [models.Index(fields=["case", "session_date"], name="portfolio_trainingsession_date")]

    def __str__(self) -> str:
        return f"{self.audience} ({self.session_date})"

    @property
    def is_held(self) -> bool:
        """It took place."""
        return self.people_trained is not None
