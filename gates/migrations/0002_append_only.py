"""Rows that nobody may change or remove, not even by SQL."""

from django.db import migrations

from pocgate.kernel.db import AppendOnly, KeptOncePublished, KeptWithPublished


class Migration(migrations.Migration):
    dependencies = [("gates", "0001_initial")]

    operations = [
        AppendOnly("gates_dossier"),
        AppendOnly("gates_votechange"),
        AppendOnly("gates_decision"),
        AppendOnly("gates_standingchange"),
        KeptOncePublished("checklisttemplate"),
        KeptWithPublished("checklisttemplateitem", "template_id", "gates_checklisttemplate"),
    ]
