"""Rows that nobody may change or remove, not even by SQL; an act gets its place in the event feed once."""

from django.db import migrations

from pocgate.kernel.db import AppendOnly, SupersededOnce


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        SupersededOnce("activity", "position", ("case_sequence",)),
        AppendOnly("ledger_ledgercheckpoint"),
    ]
