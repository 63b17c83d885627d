"""Rows that nobody may change or remove, not even by SQL."""

from django.db import migrations

from pocgate.kernel.db import AppendOnly, KeptOncePublished, KeptWithPublished, SupersededOnce


class Migration(migrations.Migration):
    dependencies = [("gates", "0001_initial")]

    operations = [
        AppendOnly("gates_dossier"),
        AppendOnly("gates_votechange"),
        AppendOnly("gates_decision"),
        AppendOnly("gates_standingchange"),
        SupersededOnce("condition", "cleared_at", ("cleared_by_id", "clearing_note", "clearing_evidence_id")),
        SupersededOnce("signoff", "superseded_at", ("outdated_at",)),
        KeptOncePublished("checklisttemplate"),
        KeptWithPublished("checklisttemplateitem", "template_id", "gates_checklisttemplate"),
    ]
