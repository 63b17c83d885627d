"""The benchmarks: ours and the reference in turn, in the same process; medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from gates.models import GateReview
from gates.queries.evaluation import evaluate
from gates.queries.votes import counted_of
from gates.rules.tally import tally
from gates.rules.verdict import recommend
from pocgate.identity.commands import create_token
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from pocgate.kernel import jobs
from pocgate.kernel.models import Job
from scoring.queries.playbooks import playbook_of
from scoring.queries.probe_facts import answer_states, case_state
from scoring.rules.readiness import readiness
from tests.bench import references
from tests.bench.reminders import bench_reminders
from tests.bench.report import Result, compared
from tests.bench.scoring import bench_scoring
from tests.bench.seed import READER
from tests.factories.full_room import a_full_room

API = "/api/v1"
RUNS = 7
JOBS = 200
HOST = {"Host": "127.0.0.1"}

Work = Callable[[], object]


def run(name: str, cases: int) -> list[Result]:
    """The results of one benchmark."""
    if name == "scoring":
        return bench_scoring(cases)
    if name == "jobs":
        return [*bench_reminders(cases), *bench_jobs()]
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages, ROOT_URLCONF="tests.bench.references"):
        return BENCHMARKS[name]()


def in_turn(ours: Work, reference: Work, *, runs: int = RUNS) -> tuple[float, float]:
    """Median seconds of both, run in turn after a warm-up each, so that neither has the quieter machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for work in (ours, reference):
        work()
    for _ in range(runs):
        for place, work in enumerate((ours, reference)):
            begin = time.perf_counter()
            work()
            times[place].append(time.perf_counter() - begin)
    return statistics.median(times[0]), statistics.median(times[1])


def read(client: Client, path: str) -> bytes:
    """The whole answer; anything but 200 means that the benchmark can not run."""
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.getvalue()[:300]!r}")
    return answer.getvalue()


def reader() -> User:
    """Sees everything."""
    return User.objects.get(username=READER)


def token_client() -> Client:
    """A REST client."""
    now = datetime.now(UTC)
    _token, text = create_token(user=reader(), name="bench", scopes=Scope.values, actor=None, now=now)
    return Client(headers={**HOST, "Authorization": f"Bearer {text}"})


def session_client() -> Client:
    """A browser."""
    client = Client(headers=HOST)
    client.force_login(reader())
    return client


def bench_export() -> list[Result]:
    """The whole portfolio over REST against the database's own JSON."""
    client = token_client()
    ours, reference = in_turn(lambda: read(client, f"{API}/use-cases?format=ndjson"), references.pulled_by_the_database)
    return [compared("whole-portfolio pull", ours, reference, references.pull_name(), 5.0)]


def bench_api() -> list[Result]:
    """A page over REST against the framework's plain way, the first page and one in the middle."""
    client = token_client()
    ours, reference = in_turn(
        lambda: read(client, f"{API}/use-cases?limit=50"), lambda: read(client, "/plain/"), runs=30
    )
    return [compared("API page of 50", ours, reference, "plain ModelSerializer page", 1.0)]


def bench_list() -> list[Result]:
    """The table in the browser against the page over REST, both in a session."""
    client = session_client()
    page = reverse("table")
    ours, reference = in_turn(lambda: read(client, page), lambda: read(client, f"{API}/use-cases?limit=50"), runs=20)
    return [compared("HTML list", ours, reference, "API page of 50", 3.0)]


def bench_status() -> list[Result]:
    """The status against SQL aggregates, and what an unchanged status costs."""
    client = token_client()
    ours, reference = in_turn(
        lambda: read(client, f"{API}/portfolio/status"), references.aggregated_by_the_database, runs=15
    )
    tag = client.get(f"{API}/portfolio/status")["ETag"]
    unchanged, _ = in_turn(
        lambda: client.get(f"{API}/portfolio/status", headers={"If-None-Match": tag}), lambda: None, runs=15
    )
    return [
        compared("status", ours, reference, "direct SQL aggregates", 2.0),
        compared("status, unchanged (304)", unchanged, reference, "direct SQL aggregates", 1.0),
    ]


def bench_jobs() -> list[Result]:
    """A job's way through its row, per job, against the three bare statements."""
    now = datetime.now(UTC)
    table = Job._meta.db_table

    def through_the_kernel() -> None:
        with transaction.atomic():
            for number in range(JOBS):
                job = jobs.claim(jobs.enqueue("bench.nothing", now=now, subject_id=number).pk, now=now)
                if job is None or not jobs.finish(job, now=now):
                    raise RuntimeError("the job was not done")
            transaction.set_rollback(True)

    def by_statements() -> None:
        counts = "attempts, claims, losses, progress_done, progress_total"
        insert = (
            f"INSERT INTO {table} (kind, subject_type, subject_id, parameters, state, due_at, {counts}, last_error, "
            "result, created_at) "
            "VALUES ('bench.nothing', '', %s, '{}', 'waiting', %s, 0, 0, 0, 0, 0, '', '{}', %s) RETURNING id"
        )
        with transaction.atomic(), connection.cursor() as cursor:
            for number in range(JOBS):
                cursor.execute(insert, [str(number), now, now])
                pk = cursor.fetchone()[0]
                cursor.execute(f"UPDATE {table} SET state = 'running', lease_until = %s WHERE id = %s", [now, pk])
                cursor.execute(f"UPDATE {table} SET state = 'done', finished_at = %s WHERE id = %s", [now, pk])
            transaction.set_rollback(True)

    ours, reference = in_turn(through_the_kernel, by_statements, runs=5)
    return [compared("job, per row", ours / JOBS, reference / JOBS, "INSERT and two UPDATEs", None)]


def bench_gate() -> list[Result]:
    """Verdict and tally of one review against its whole room: 60 criteria, 15 members, 300 readings."""
    # Where it runs alone its database is new.
    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    with transaction.atomic():
        full = a_full_room(now)
        client = Client(headers=HOST)
        client.force_login(full.outstanding)
        page = reverse("gates:room", args=[full.review.pk])
        ours, reference = in_turn(verdict_and_tally(full.review, now), lambda: read(client, page), runs=20)
        transaction.set_rollback(True)
    return [compared("verdict and tally of a review", ours, reference, "its gate room", None)]


def verdict_and_tally(review: GateReview, now: datetime) -> Work:
    """What the engine computes from records that are read already: verdicts, outcome, count."""
    playbook = playbook_of(review.playbook_id)
    inputs = evaluate(review.case, gate=review.gate, playbook=playbook, now=now).inputs
    state = case_state(review.case_id, now=now)
    answers = answer_states(state, playbook, review.gate)
    seats, votes = counted_of(review, now=now)

    def work() -> None:
        found = readiness(playbook, review.gate, state.facts, answers, now)
        recommend(playbook, replace(inputs, results=found.results))
        tally(playbook.gate(review.gate), state.facts, seats, votes)

    return work


BENCHMARKS: dict[str, Callable[[], list[Result]]] = {
    "list": bench_list,
    "api": bench_api,
    "export": bench_export,
    "status": bench_status,
    "gate": bench_gate,
}
