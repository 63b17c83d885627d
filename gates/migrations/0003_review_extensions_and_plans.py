"""A review remembers how often its vote was extended, and who proposed to close which open must."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gates", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="gatereview",
            name="extensions",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="gatereview",
            name="closing_plans",
            field=models.JSONField(default=list),
        ),
    ]
