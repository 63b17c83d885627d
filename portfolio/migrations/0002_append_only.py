"""Rows that nobody may change or remove, not even by SQL."""

from django.db import migrations

from pocgate.kernel.db import AppendOnly, SupersededOnce


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0001_initial")]

    operations = [
        AppendOnly("portfolio_evidencerevision"),
        SupersededOnce("kpireading", "superseded_by_id"),
        SupersededOnce("kpithreshold", "superseded_at"),
        SupersededOnce("benefitentry", "superseded_by_id"),
        SupersededOnce("trainingsession", "superseded_by_id"),
        SupersededOnce("operationsreading", "superseded_by_id"),
        SupersededOnce("feedback", "superseded_by_id", ("answered_at", "answered_by_id", "answer")),
        AppendOnly("portfolio_release"),
        AppendOnly("portfolio_tierassessment"),
        SupersededOnce(
            *("incident", "superseded_by_id"),
            ("contained_at", "contained_by_id", "containment"),
            ("reported_at", "reported_by_id"),
        ),
        SupersededOnce("dependency", "superseded_by_id", ("resolved_at", "resolved_by_id", "resolution")),
        SupersededOnce(
            *("risk", "superseded_by_id"),
            ("residual_accepted_at", "residual_accepted_by_id"),
            ("closed_at", "closed_by_id"),
        ),
    ]
