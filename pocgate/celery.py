"""The Celery application; tasks are found in each app's `tasks` module."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pocgate.settings")

app = Celery("pocgate", task_cls="pocgate.kernel.schedule:NotedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
APPS_WITH_TASKS = ("kernel", "ledger", "inbox", "web")
app.autodiscover_tasks([*(f"pocgate.{name}" for name in APPS_WITH_TASKS), "portfolio", "scoring", "gates"])
