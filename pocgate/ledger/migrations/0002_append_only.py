"""Rows that nobody may change or remove, not even by SQL."""

from django.db import migrations

from pocgate.kernel.db import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        AppendOnly("ledger_activity"),
    ]
