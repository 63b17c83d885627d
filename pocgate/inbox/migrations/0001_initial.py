import datetime
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
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('kind', models.CharField(choices=[('slack', 'Slack or compatible'), ('teams', 'Microsoft Teams'), ('webhook', 'plain webhook')], max_length=10, verbose_name='kind')),
                ('url', models.CharField(max_length=1000, verbose_name='address')),
                ('committee_id', models.BigIntegerField(null=True)),
                ('topics', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('last_sent_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='channels', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['committee_id'], name='inbox_channel_committee')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('url', ''), _negated=True)), name='inbox_channel_named'), models.CheckConstraint(condition=models.Q(('kind__in', ['slack', 'teams', 'webhook'])), name='inbox_channel_kind_known'), models.CheckConstraint(condition=models.Q(('user__isnull', True), ('committee_id__isnull', True), _connector='OR'), name='inbox_channel_has_one_owner')],
            },
        ),
        migrations.CreateModel(
            name='ChannelPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=30)),
                ('title', models.CharField(max_length=300)),
                ('reason', models.CharField(max_length=300)),
                ('url', models.CharField(max_length=300)),
                ('created_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('due', 'due'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'failed')], default='due', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='inbox.channel')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['due', 'sending'])), fields=['due_at'], name='inbox_channelpost_open')],
                'constraints': [models.UniqueConstraint(fields=('channel', 'key'), name='inbox_channelpost_once'), models.CheckConstraint(condition=models.Q(('state__in', ['due', 'sending', 'sent', 'failed'])), name='inbox_channelpost_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='inbox_channelpost_sent_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('taken_at__isnull', False), _connector='OR'), name='inbox_channelpost_sending_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mail_attempts', models.PositiveSmallIntegerField(default=0)),
                ('mail_due_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('mail_error', models.CharField(blank=True, max_length=300)),
                ('local_date', models.DateField()),
                ('cadence', models.CharField(choices=[('daily', 'daily'), ('weekly', 'weekly')], max_length=10)),
                ('mail_state', models.CharField(choices=[('planned', 'planned'), ('composing', 'being written'), ('due', 'due'), ('sending', 'being sent'), ('sent', 'sent'), ('empty', 'nothing to say'), ('none', 'no mail'), ('failed', 'failed')], default='planned', max_length=10)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('content', models.JSONField(default=dict)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='digests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('mail_state__in', ['planned', 'composing', 'due', 'sending'])), fields=['id'], name='inbox_digest_open'), models.Index(condition=models.Q(('mail_state', 'failed')), fields=['id'], name='inbox_digest_failed')],
                'constraints': [models.UniqueConstraint(fields=('user', 'local_date'), name='inbox_digest_once_a_day'), models.CheckConstraint(condition=models.Q(('cadence__in', ['daily', 'weekly'])), name='inbox_digest_cadence_known'), models.CheckConstraint(condition=models.Q(('mail_state__in', ['planned', 'composing', 'due', 'sending', 'sent', 'empty', 'none', 'failed'])), name='inbox_digest_state_known'), models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='inbox_digest_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('mail_state', 'sent'), _negated=True), ('mailed_at__isnull', False), _connector='OR'), name='inbox_digest_sent_has_time')],
            },
        ),
        migrations.CreateModel(
            name='MailText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('notification', 'single notification'), ('digest', 'digest')], max_length=20, unique=True)),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('text', models.TextField(verbose_name='text')),
                ('html', models.TextField(verbose_name='HTML')),
                ('version', models.PositiveIntegerField(default=1)),
                ('edited_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['notification', 'digest'])), name='inbox_mailtext_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('subject', ''), _negated=True), models.Q(('text', ''), _negated=True), models.Q(('html', ''), _negated=True)), name='inbox_mailtext_has_its_parts')],
            },
        ),
        migrations.CreateModel(
            name='MutedKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('vote_outstanding', 'vote outstanding'), ('sign_off_outstanding', 'sign-off outstanding'), ('decision_overdue', 'decision overdue'), ('decision_made', 'decision made'), ('review_requested', 'gate requested'), ('time_box_ending', 'time-box ending'), ('condition_due', 'condition due'), ('import_finished', 'import finished'), ('cost_notice', 'cost against its cap'), ('standing_lapsed', 'standing lapsed'), ('hold_ending', 'pause ending'), ('review_proposed', 'review proposed'), ('gate_date', 'gate date'), ('evidence_ending', 'evidence ending'), ('waiver_ending', 'waiver ending'), ('delegation_ending', 'delegation ending'), ('kpi_reading_missed', 'KPI reading missed'), ('swamp_signal', 'swamp signal'), ('override_waiting', 'override to sign'), ('meeting', 'meeting'), ('mail_bounced', 'mail came back'), ('channel_failed', 'channel does not answer')], max_length=30)),
                ('muted_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='muted_kinds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='inbox_mutedkind_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['vote_outstanding', 'sign_off_outstanding', 'decision_overdue', 'decision_made', 'review_requested', 'time_box_ending', 'condition_due', 'import_finished', 'cost_notice', 'standing_lapsed', 'hold_ending', 'review_proposed', 'gate_date', 'evidence_ending', 'waiver_ending', 'delegation_ending', 'kpi_reading_missed', 'swamp_signal', 'override_waiting', 'meeting', 'mail_bounced', 'channel_failed'])), name='inbox_mutedkind_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mail_attempts', models.PositiveSmallIntegerField(default=0)),
                ('mail_due_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('mail_error', models.CharField(blank=True, max_length=300)),
                ('kind', models.CharField(choices=[('vote_outstanding', 'vote outstanding'), ('sign_off_outstanding', 'sign-off outstanding'), ('decision_overdue', 'decision overdue'), ('decision_made', 'decision made'), ('review_requested', 'gate requested'), ('time_box_ending', 'time-box ending'), ('condition_due', 'condition due'), ('import_finished', 'import finished'), ('cost_notice', 'cost against its cap'), ('standing_lapsed', 'standing lapsed'), ('hold_ending', 'pause ending'), ('review_proposed', 'review proposed'), ('gate_date', 'gate date'), ('evidence_ending', 'evidence ending'), ('waiver_ending', 'waiver ending'), ('delegation_ending', 'delegation ending'), ('kpi_reading_missed', 'KPI reading missed'), ('swamp_signal', 'swamp signal'), ('override_waiting', 'override to sign'), ('meeting', 'meeting'), ('mail_bounced', 'mail came back'), ('channel_failed', 'channel does not answer')], max_length=30)),
                ('subject_type', models.CharField(max_length=40)),
                ('subject_id', models.CharField(max_length=40)),
                ('occasion', models.CharField(max_length=60)),
                ('case_id', models.BigIntegerField(null=True)),
                ('title', models.CharField(max_length=300)),
                ('reason', models.CharField(max_length=300)),
                ('url', models.CharField(max_length=300)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('mail_state', models.CharField(choices=[('due', 'due'), ('sending', 'being sent'), ('sent', 'sent'), ('none', 'no mail'), ('failed', 'failed'), ('held', 'waits for the digest'), ('digest', 'in a digest')], default='due', max_length=10)),
                ('cadence', models.CharField(blank=True, choices=[('daily', 'daily'), ('weekly', 'weekly')], max_length=10)),
                ('digest', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='inbox.digest')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-id'], name='inbox_notification_user'), models.Index(condition=models.Q(('mail_state', 'due')), fields=['id'], name='inbox_notification_mail_due'), models.Index(condition=models.Q(('mail_state', 'failed')), fields=['id'], name='inbox_notification_failed'), models.Index(condition=models.Q(('mail_state', 'held')), fields=['user'], name='inbox_notification_mail_held'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='inbox_notification_unread')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'subject_type', 'subject_id', 'occasion', 'user'), name='inbox_notification_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['vote_outstanding', 'sign_off_outstanding', 'decision_overdue', 'decision_made', 'review_requested', 'time_box_ending', 'condition_due', 'import_finished', 'cost_notice', 'standing_lapsed', 'hold_ending', 'review_proposed', 'gate_date', 'evidence_ending', 'waiver_ending', 'delegation_ending', 'kpi_reading_missed', 'swamp_signal', 'override_waiting', 'meeting', 'mail_bounced', 'channel_failed'])), name='inbox_notification_kind_known'), models.CheckConstraint(condition=models.Q(('mail_state__in', ['due', 'sending', 'sent', 'none', 'failed', 'held', 'digest'])), name='inbox_notification_mail_state_known'), models.CheckConstraint(condition=models.Q(('cadence__in', ['', 'daily', 'weekly'])), name='inbox_notification_cadence_known'), models.CheckConstraint(condition=models.Q(models.Q(('mail_state', 'held'), _negated=True), models.Q(('cadence', ''), _negated=True), _connector='OR'), name='inbox_notification_held_has_cadence'), models.CheckConstraint(condition=models.Q(models.Q(('mail_state', 'digest'), _negated=True), ('digest__isnull', False), _connector='OR'), name='inbox_notification_digest_named'), models.CheckConstraint(condition=models.Q(models.Q(('mail_state', 'sent'), _negated=True), ('mailed_at__isnull', False), _connector='OR'), name='inbox_notification_sent_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Preferences',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest_at', models.TimeField(default=datetime.time(8, 0), verbose_name='digest at')),
                ('digest_weekday', models.PositiveSmallIntegerField(default=0, verbose_name='weekly digest on')),
                ('digest_wanted_at', models.DateTimeField(null=True)),
                ('quiet_from', models.TimeField(null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(null=True, verbose_name='quiet until')),
                ('away_from', models.DateField(null=True, verbose_name='away from')),
                ('away_until', models.DateField(null=True, verbose_name='away until')),
                ('bounced_address', models.EmailField(blank=True, max_length=254)),
                ('bounced_at', models.DateTimeField(null=True)),
                ('bounce_reason', models.CharField(blank=True, max_length=300)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='inbox_preferences', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('digest_weekday__lte', 6)), name='inbox_preferences_weekday_known'), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='inbox_preferences_quiet_has_both_ends'), models.CheckConstraint(condition=models.Q(models.Q(('away_from__isnull', True), ('away_until__isnull', True)), models.Q(('away_from__isnull', False), ('away_until__gte', models.F('away_from'))), _connector='OR'), name='inbox_preferences_away_ends_after_start'), models.CheckConstraint(condition=models.Q(('bounced_address', ''), ('bounced_at__isnull', False), _connector='OR'), name='inbox_preferences_bounce_has_time')],
            },
        ),
        migrations.CreateModel(
            name='TopicDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('duties', 'Your duties'), ('decisions', 'Reviews and decisions'), ('dates', 'Dates that come near'), ('measures', 'Costs and measurements'), ('work', 'Your own work'), ('account', 'Your account and channels')], max_length=20)),
                ('delivery', models.CharField(choices=[('immediate', 'at once'), ('daily', 'daily digest'), ('weekly', 'weekly digest'), ('off', 'no mail')], max_length=10)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='topic_deliveries', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'topic'), name='inbox_topicdelivery_once'), models.CheckConstraint(condition=models.Q(('topic__in', ['duties', 'decisions', 'dates', 'measures', 'work', 'account'])), name='inbox_topicdelivery_topic_known'), models.CheckConstraint(condition=models.Q(('delivery__in', ['immediate', 'daily', 'weekly', 'off'])), name='inbox_topicdelivery_delivery_known')],
            },
        ),
    ]
