import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='IdempotentCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.TextField(blank=True)),
                ('tag', models.CharField(blank=True, max_length=100)),
                ('made_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['made_at'], name='api_idempotentcall_made')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='api_idempotentcall_key_once'), models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='api_idempotentcall_key_given'), models.CheckConstraint(condition=models.Q(('digest', ''), _negated=True), name='api_idempotentcall_digest_given')],
            },
        ),
    ]
