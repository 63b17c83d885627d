"""A published playbook, what was found, answered and noticed before never change, not even by SQL."""

from django.db import migrations

from pocgate.kernel.db import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]

    operations = [
        AppendOnly("scoring_playbook", when="OLD.state = 'published'"),
        AppendOnly("scoring_findingchange"),
        AppendOnly("scoring_findinganswer"),
        AppendOnly("scoring_costnotice"),
        AppendOnly("scoring_costjustification"),
    ]
