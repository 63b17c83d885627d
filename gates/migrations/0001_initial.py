import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('portfolio', '0002_append_only'),
        ('scoring', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Committee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('gate', models.PositiveSmallIntegerField(verbose_name='gate')),
                ('dissolved_at', models.DateTimeField(null=True)),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='committees', to='portfolio.department')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('gate__in', [0, 1, 2, 3])), name='gates_committee_gate_known'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='gates_committee_named'), models.UniqueConstraint(condition=models.Q(('dissolved_at__isnull', True)), fields=('gate', 'department'), name='gates_committee_once_per_department'), models.UniqueConstraint(condition=models.Q(('department__isnull', True), ('dissolved_at__isnull', True)), fields=('gate',), name='gates_committee_once_company_wide')],
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('sign_off', 'sign-off'), ('countersign', 'countersignature')], max_length=12)),
                ('gate', models.PositiveSmallIntegerField()),
                ('iteration', models.PositiveSmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('accepted', 'accepted'), ('returned', 'returned')], max_length=10)),
                ('comment', models.TextField(blank=True)),
                ('signed_at', models.DateTimeField()),
                ('outdated_at', models.DateTimeField(null=True)),
                ('superseded_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_offs', to='portfolio.usecase')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['accepted', 'returned'])), name='gates_signoff_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['sign_off', 'countersign'])), name='gates_signoff_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('comment', ''), _negated=True), _connector='OR'), name='gates_signoff_return_has_comment'), models.UniqueConstraint(condition=models.Q(('superseded_at__isnull', True)), fields=('case', 'criterion'), name='gates_signoff_current_once')],
            },
        ),
        migrations.CreateModel(
            name='GateReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gate', models.PositiveSmallIntegerField(verbose_name='gate')),
                ('iteration', models.PositiveSmallIntegerField(default=1)),
                ('kind', models.CharField(choices=[('scheduled', 'scheduled'), ('out_of_cycle', 'out of cycle')], default='scheduled', max_length=12)),
                ('state', models.CharField(choices=[('requested', 'requested'), ('in_preparation', 'in preparation'), ('voting', 'voting'), ('closed', 'closed'), ('decided', 'decided'), ('withdrawn', 'withdrawn')], default='requested', max_length=14)),
                ('proposal', models.CharField(blank=True, choices=[('go', 'go'), ('conditional_go', 'conditional go'), ('pivot', 'pivot'), ('pause', 'pause'), ('stop', 'stop')], max_length=14)),
                ('status_before', models.CharField(max_length=10)),
                ('convened_reason', models.TextField(blank=True)),
                ('requested_at', models.DateTimeField()),
                ('decide_by', models.DateField()),
                ('voting_opened_at', models.DateTimeField(null=True)),
                ('voting_closes_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawal_reason', models.TextField(blank=True)),
                ('tally', models.JSONField(default=dict)),
                ('version', models.PositiveIntegerField(default=1)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='portfolio.usecase')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='gates.committee')),
                ('playbook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scoring.playbook')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('gate__in', [0, 1, 2, 3])), name='gates_gatereview_gate_known'), models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'in_preparation', 'voting', 'closed', 'decided', 'withdrawn'])), name='gates_gatereview_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['scheduled', 'out_of_cycle'])), name='gates_gatereview_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'voting'), _negated=True), models.Q(('voting_closes_at__isnull', False), ('voting_opened_at__isnull', False)), _connector='OR'), name='gates_gatereview_voting_has_times'), models.CheckConstraint(condition=models.Q(('voting_closes_at__isnull', True), ('voting_closes_at__gt', models.F('voting_opened_at')), _connector='OR'), name='gates_gatereview_voting_closes_after_opening'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'decided'), _negated=True), ('decided_at__isnull', False), _connector='OR'), name='gates_gatereview_decided_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('withdrawn_at__isnull', False), _connector='OR'), name='gates_gatereview_withdrawn_has_time'), models.UniqueConstraint(condition=models.Q(('state__in', ('requested', 'in_preparation', 'voting', 'closed'))), fields=('case',), name='gates_gatereview_open_once')],
                'indexes': [models.Index(fields=['state', 'voting_closes_at'], name='gates_gatereview_due')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('chair', 'chair'), ('deputy', 'deputy chair'), ('member', 'member'), ('compliance', 'compliance'), ('security', 'security'), ('finance', 'finance')], max_length=10, verbose_name='role')),
                ('discipline', models.CharField(choices=[('business', 'business'), ('technical', 'technical'), ('compliance', 'compliance'), ('security', 'security'), ('finance', 'finance'), ('operations', 'operations')], max_length=10, verbose_name='discipline')),
                ('weight', models.PositiveSmallIntegerField(default=1)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='gates.committee')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['chair', 'deputy', 'member', 'compliance', 'security', 'finance'])), name='gates_seat_role_known'), models.CheckConstraint(condition=models.Q(('discipline__in', ['business', 'technical', 'compliance', 'security', 'finance', 'operations'])), name='gates_seat_discipline_known'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='gates_seat_ends_after_start'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('committee', 'user'), name='gates_seat_person_once'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('role', 'chair')), fields=('committee',), name='gates_seat_one_chair')],
            },
        ),
        migrations.CreateModel(
            name='SignOffRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_offs', to='portfolio.evidencerevision')),
                ('sign_off', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='gates.signoff')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('sign_off', 'revision'), name='gates_signoffrevision_once')],
            },
        ),
        migrations.CreateModel(
            name='Dossier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('content', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('recommended', models.CharField(max_length=14)),
                ('rule', models.CharField(max_length=60)),
                ('reason', models.CharField(max_length=60)),
                ('frozen_at', models.DateTimeField()),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dossiers', to='gates.gatereview')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'revision'), name='gates_dossier_revision_once'), models.CheckConstraint(condition=models.Q(('revision__gte', 1)), name='gates_dossier_revision_from_one'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='gates_dossier_digest_hex')],
            },
        ),
        migrations.CreateModel(
            name='Recusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('recused_at', models.DateTimeField()),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='gates.gatereview')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='gates.seat')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'seat'), name='gates_recusal_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='gates_recusal_reasoned')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('outcome', models.CharField(choices=[('go', 'go'), ('conditional_go', 'conditional go'), ('pivot', 'pivot'), ('pause', 'pause'), ('stop', 'stop')], max_length=14)),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('reason_code', models.CharField(blank=True, choices=[('value', 'value'), ('data', 'data'), ('infrastructure', 'infrastructure'), ('governance', 'governance'), ('problem_choice', 'problem choice'), ('organisation', 'organisation'), ('cost', 'cost'), ('priority', 'priority'), ('superseded', 'superseded'), ('duplicate', 'duplicate'), ('external', 'external')], max_length=20)),
                ('learning', models.TextField(blank=True)),
                ('funding_amount', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ('funding_until', models.DateField(null=True)),
                ('digest', models.CharField(max_length=64)),
                ('recommended', models.CharField(max_length=14)),
                ('tally', models.JSONField(default=dict)),
                ('decided_at', models.DateTimeField()),
                ('corrects', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='gates.decision')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='gates.dossier')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='gates.gatereview')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('year', 'number'), name='gates_decision_number_once'), models.UniqueConstraint(condition=models.Q(('corrects__isnull', True)), fields=('review',), name='gates_decision_once_per_review'), models.CheckConstraint(condition=models.Q(('outcome__in', ['go', 'conditional_go', 'pivot', 'pause', 'stop'])), name='gates_decision_outcome_known'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['pivot', 'pause', 'stop']), _negated=True), models.Q(('reason_code__in', ['value', 'data', 'infrastructure', 'governance', 'problem_choice', 'organisation', 'cost', 'priority', 'superseded', 'duplicate', 'external']), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='gates_decision_reason_where_due')],
            },
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(max_length=14)),
                ('rationale', models.TextField(blank=True)),
                ('conditions', models.JSONField(default=list)),
                ('veto_criterion', models.CharField(blank=True, max_length=60)),
                ('veto_lifted_by', models.TextField(blank=True)),
                ('confidence', models.PositiveSmallIntegerField(null=True)),
                ('cast_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField(null=True)),
                ('changed_after_sight', models.BooleanField(default=False)),
                ('cast_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='gates.dossier')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='gates.gatereview')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='gates.seat')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'seat'), name='gates_vote_seat_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['go', 'conditional_go', 'pivot', 'pause', 'stop', 'abstain'])), name='gates_vote_outcome_known'), models.CheckConstraint(condition=models.Q(('outcome', 'go'), models.Q(('rationale', ''), _negated=True), _connector='OR'), name='gates_vote_reasoned'), models.CheckConstraint(condition=models.Q(('confidence__isnull', True), models.Q(('confidence__gte', 0), ('confidence__lte', 100)), _connector='OR'), name='gates_vote_confidence_per_cent')],
            },
        ),
        migrations.CreateModel(
            name='VoteChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(max_length=14)),
                ('rationale', models.TextField(blank=True)),
                ('conditions', models.JSONField(default=list)),
                ('veto_criterion', models.CharField(blank=True, max_length=60)),
                ('confidence', models.PositiveSmallIntegerField(null=True)),
                ('cast_at', models.DateTimeField()),
                ('cast_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='gates.dossier')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vote_changes', to='gates.gatereview')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='gates.seat')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['go', 'conditional_go', 'pivot', 'pause', 'stop', 'abstain'])), name='gates_votechange_outcome_known')],
                'indexes': [models.Index(fields=['review', 'seat'], name='gates_votechange_review')],
            },
        ),
        migrations.CreateModel(
            name='Condition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500)),
                ('criterion', models.CharField(blank=True, max_length=60)),
                ('due_date', models.DateField()),
                ('cleared_at', models.DateTimeField(null=True)),
                ('clearing_note', models.TextField(blank=True)),
                ('cleared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conditions', to=settings.AUTH_USER_MODEL)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conditions', to='gates.decision')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='gates_condition_worded'), models.CheckConstraint(condition=models.Q(models.Q(('cleared_at__isnull', True), ('cleared_by__isnull', True)), models.Q(('cleared_at__isnull', False), ('cleared_by__isnull', False)), _connector='OR'), name='gates_condition_cleared_by_somebody')],
            },
        ),
    ]
