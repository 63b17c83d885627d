"""A published playbook never changes, not even by SQL."""

from django.db import migrations

from pocgate.kernel.db import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]

    operations = [AppendOnly("scoring_playbook", when="OLD.state = 'published'")]
