import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('portfolio', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CriterionAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(max_length=60)),
                ('iteration', models.PositiveSmallIntegerField(default=1)),
                ('answer', models.CharField(choices=[('met', 'met'), ('partly', 'partly met'), ('not_met', 'not met'), ('not_applicable', 'not applicable'), ('unanswered', 'unanswered'), ('accepted', 'accepted by compliance'), ('returned', 'returned by compliance'), ('outdated', 'sign-off outdated'), ('in_progress', 'in progress (imported)'), ('planned', 'planned (imported)'), ('waived', 'waived elsewhere (imported)'), ('precluded', 'precluded (imported)'), ('withheld', 'withheld (imported)')], max_length=20)),
                ('note', models.TextField(blank=True)),
                ('imported', models.BooleanField(default=False)),
                ('answered_at', models.DateTimeField()),
                ('verified_at', models.DateTimeField(null=True)),
                ('superseded_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='portfolio.usecase')),
                ('verified_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('answer__in', ['met', 'partly', 'not_met', 'not_applicable', 'unanswered', 'accepted', 'returned', 'outdated', 'in_progress', 'planned', 'waived', 'precluded', 'withheld'])), name='scoring_criterionanswer_answer_known'), models.CheckConstraint(condition=models.Q(models.Q(('answer__in', ['not_applicable', 'returned']), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='scoring_criterionanswer_reason_where_due'), models.CheckConstraint(condition=models.Q(models.Q(('verified_at__isnull', True), ('verified_by__isnull', True)), models.Q(('verified_at__isnull', False), ('verified_by__isnull', False)), _connector='OR'), name='scoring_criterionanswer_verified_by_somebody'), models.UniqueConstraint(condition=models.Q(('superseded_at__isnull', True)), fields=('case', 'criterion'), name='scoring_criterionanswer_current_once')],
            },
        ),
        migrations.CreateModel(
            name='CriterionResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(max_length=60)),
                ('dimension', models.CharField(max_length=20)),
                ('gate', models.PositiveSmallIntegerField()),
                ('level', models.CharField(choices=[('must', 'must-meet'), ('should', 'should-meet')], max_length=6)),
                ('verdict', models.CharField(choices=[('pass', 'passes'), ('fail', 'fails'), ('stale', 'expired'), ('not_enough_evidence', 'not shown'), ('returned', 'returned'), ('waived', 'waived'), ('not_applicable', 'does not apply')], max_length=20)),
                ('achievement', models.DecimalField(decimal_places=4, max_digits=5)),
                ('points', models.DecimalField(decimal_places=4, max_digits=7)),
                ('points_possible', models.DecimalField(decimal_places=4, max_digits=7)),
                ('reason', models.CharField(max_length=60)),
                ('reason_params', models.JSONField(default=dict)),
                ('records', models.JSONField(default=list)),
                ('changes_at', models.DateTimeField(null=True)),
                ('position', models.PositiveSmallIntegerField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criterion_results', to='portfolio.usecase')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'criterion'), name='scoring_criterionresult_once'), models.CheckConstraint(condition=models.Q(('achievement__gte', 0), ('achievement__lte', 1)), name='scoring_criterionresult_achievement_0_to_1'), models.CheckConstraint(condition=models.Q(('points__gte', 0), ('points__lte', models.F('points_possible'))), name='scoring_criterionresult_points_within_possible'), models.CheckConstraint(condition=models.Q(('verdict__in', ['pass', 'fail', 'stale', 'not_enough_evidence', 'returned', 'waived', 'not_applicable'])), name='scoring_criterionresult_verdict_known')],
            },
        ),
        migrations.CreateModel(
            name='Playbook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(unique=True)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published')], max_length=10)),
                ('text', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published'])), name='scoring_playbook_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('state', 'draft')), models.Q(('published_at__isnull', False), ('state', 'published')), _connector='OR'), name='scoring_playbook_published_has_time')],
            },
        ),
        migrations.CreateModel(
            name='ReadinessPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gate', models.PositiveSmallIntegerField()),
                ('overall', models.DecimalField(decimal_places=2, max_digits=5)),
                ('musts_open', models.PositiveSmallIntegerField()),
                ('changes', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readiness_points', to='portfolio.usecase')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('overall__gte', 0), ('overall__lte', 100)), name='scoring_readinesspoint_0_to_100')],
                'indexes': [models.Index(fields=['case', '-at'], name='scoring_readinesspoint_latest')],
            },
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(max_length=60)),
                ('iteration', models.PositiveSmallIntegerField(default=1)),
                ('discipline', models.CharField(blank=True, max_length=40)),
                ('rating', models.PositiveSmallIntegerField()),
                ('low', models.PositiveSmallIntegerField(null=True)),
                ('high', models.PositiveSmallIntegerField(null=True)),
                ('rationale', models.TextField(blank=True)),
                ('assessed_at', models.DateTimeField()),
                ('superseded_at', models.DateTimeField(null=True)),
                ('assessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assessments', to='portfolio.usecase')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('rating__gte', 1), ('rating__lte', 5)), name='scoring_assessment_rating_1_to_5'), models.CheckConstraint(condition=models.Q(models.Q(('high__isnull', True), ('low__isnull', True)), models.Q(('high__gte', models.F('rating')), ('high__lte', 5), ('low__gte', 1), ('low__lte', models.F('rating'))), _connector='OR'), name='scoring_assessment_range_holds_rating'), models.UniqueConstraint(condition=models.Q(('superseded_at__isnull', True)), fields=('case', 'assessor', 'criterion'), name='scoring_assessment_latest_once')],
            },
        ),
        migrations.CreateModel(
            name='AnswerEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='portfolio.evidencerevision')),
                ('answer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='scoring.criterionanswer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('answer', 'revision'), name='scoring_answerevidence_once')],
            },
        ),
        migrations.CreateModel(
            name='ReadinessScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gate', models.PositiveSmallIntegerField()),
                ('overall', models.DecimalField(decimal_places=2, max_digits=5)),
                ('dimensions', models.JSONField(default=dict)),
                ('musts_open', models.PositiveSmallIntegerField()),
                ('shoulds_open', models.PositiveSmallIntegerField()),
                ('recommended', models.CharField(blank=True, max_length=20)),
                ('computed_at', models.DateTimeField()),
                ('changes_at', models.DateTimeField(null=True)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='readiness', to='portfolio.usecase')),
                ('playbook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scoring.playbook')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('overall__gte', 0), ('overall__lte', 100)), name='scoring_readinessscore_0_to_100'), models.CheckConstraint(condition=models.Q(('gate__in', [0, 1, 2, 3])), name='scoring_readinessscore_gate_known')],
                'indexes': [models.Index(fields=['overall', 'case'], name='scoring_readinessscore_rank')],
            },
        ),
    ]
