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
            name='LedgerCheckpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('through', models.BigIntegerField(unique=True)),
                ('after', models.BigIntegerField(unique=True)),
                ('rows', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('after__gte', 0), ('through__gt', models.F('after'))), name='ledger_ledgercheckpoint_goes_forward'), models.CheckConstraint(condition=models.Q(('rows__gte', 1)), name='ledger_ledgercheckpoint_seals_something'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='ledger_ledgercheckpoint_digest_is_sha256')],
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('kinds', models.JSONField(default=list, verbose_name='kinds of event')),
                ('state', models.CharField(choices=[('active', 'active'), ('disabled', 'disabled'), ('removed', 'removed')], default='active', max_length=10)),
                ('position', models.BigIntegerField(default=0)),
                ('nonce', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('succeeded_at', models.DateTimeField(null=True)),
                ('disabled_at', models.DateTimeField(null=True)),
                ('disabled_because', models.CharField(blank=True, max_length=300)),
                ('busy_until', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['active', 'disabled', 'removed'])), name='ledger_webhookendpoint_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('url', ''), _negated=True)), name='ledger_webhookendpoint_named'), models.CheckConstraint(condition=models.Q(('position__gte', 0)), name='ledger_webhookendpoint_position_in_feed'), models.CheckConstraint(condition=models.Q(models.Q(('disabled_at__isnull', True), ('state', 'active')), models.Q(models.Q(('state', 'active'), _negated=True), ('disabled_at__isnull', False)), _connector='OR'), name='ledger_webhookendpoint_disabled_has_time')],
            },
        ),
        migrations.CreateModel(
            name='WebhookOldSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=64)),
                ('until', models.DateTimeField()),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='old_secrets', to='ledger.webhookendpoint')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('nonce',), name='ledger_webhookoldsecret_once'), models.CheckConstraint(condition=models.Q(('nonce', ''), _negated=True), name='ledger_webhookoldsecret_has_nonce')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=60)),
                ('cause', models.CharField(choices=[('event', 'event'), ('replay', 'replay'), ('test', 'test')], default='event', max_length=10)),
                ('position', models.BigIntegerField(null=True)),
                ('case_id', models.BigIntegerField(null=True)),
                ('body', models.TextField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sending', 'being sent'), ('delivered', 'delivered'), ('failed', 'failed'), ('dropped', 'dropped')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('last_status', models.PositiveSmallIntegerField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('last_duration_ms', models.PositiveIntegerField(null=True)),
                ('created_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='ledger.webhookendpoint')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['endpoint', 'due_at'], name='ledger_delivery_open'), models.Index(fields=['endpoint', '-id'], name='ledger_delivery_endpoint'), models.Index(fields=['finished_at'], name='ledger_delivery_finished')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('cause', 'event')), fields=('endpoint', 'position'), name='ledger_webhookdelivery_event_once'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'delivered', 'failed', 'dropped'])), name='ledger_webhookdelivery_state_known'), models.CheckConstraint(condition=models.Q(('cause__in', ['event', 'replay', 'test'])), name='ledger_webhookdelivery_cause_known'), models.CheckConstraint(condition=models.Q(models.Q(('cause', 'event'), _negated=True), ('position__isnull', False), _connector='OR'), name='ledger_webhookdelivery_event_has_place'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='ledger_webhookdelivery_sending_has_lease'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['delivered', 'failed', 'dropped']), _negated=True), ('finished_at__isnull', False), _connector='OR'), name='ledger_webhookdelivery_finished_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('sequence', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('verb', models.CharField(max_length=60)),
                ('subject_type', models.CharField(max_length=40)),
                ('subject_id', models.CharField(max_length=40)),
                ('case_id', models.BigIntegerField(null=True)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('is_told', models.BooleanField(default=True)),
                ('position', models.BigIntegerField(null=True)),
                ('case_sequence', models.BigIntegerField(null=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['case_id', '-sequence'], name='ledger_activity_case'), models.Index(fields=['subject_type', 'subject_id'], name='ledger_activity_subject'), models.Index(fields=['verb', 'at'], name='ledger_activity_verb'), models.Index(condition=models.Q(('is_told', True), ('position__isnull', True)), fields=['sequence'], name='ledger_activity_to_place')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('position__isnull', False)), fields=('position',), name='ledger_activity_position_once'), models.UniqueConstraint(condition=models.Q(('case_sequence__isnull', False)), fields=('case_id', 'case_sequence'), name='ledger_activity_case_sequence_once'), models.CheckConstraint(condition=models.Q(('position__isnull', True), models.Q(('is_told', True), ('position__gte', 1)), _connector='OR'), name='ledger_activity_only_told_has_position'), models.CheckConstraint(condition=models.Q(('case_sequence__isnull', True), models.Q(('case_id__isnull', False), ('case_sequence__gte', 1), ('position__isnull', False)), _connector='OR'), name='ledger_activity_case_sequence_of_placed'), models.CheckConstraint(condition=models.Q(models.Q(('verb', ''), _negated=True), models.Q(('subject_type', ''), _negated=True)), name='ledger_activity_says_what_to_what')],
            },
        ),
        migrations.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('url', models.CharField(max_length=500)),
                ('address', models.CharField(blank=True, max_length=80)),
                ('request_headers', models.JSONField(default=dict)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('response_headers', models.JSONField(default=dict)),
                ('response_body', models.TextField(blank=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('duration_ms', models.PositiveIntegerField()),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='ledger.webhookdelivery')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__isnull', False), models.Q(('error', ''), _negated=True), _connector='OR'), name='ledger_webhookattempt_says_how_it_went')],
            },
        ),
    ]
