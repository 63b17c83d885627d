"""Rows that nobody may change or remove, not even by SQL."""

from django.db import migrations

from pocgate.kernel.db import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0001_initial")]

    operations = [
        AppendOnly("portfolio_evidencerevision"),
    ]
