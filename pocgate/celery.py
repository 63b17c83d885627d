"""The Celery application; tasks are found in each app's `tasks` module."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pocgate.settings")

app = Celery("pocgate", task_cls="pocgate.kernel.schedule:NotedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["pocgate.kernel", "pocgate.ledger", "pocgate.inbox", "portfolio", "scoring", "gates", "pocgate.web"])
