"""POC Gate: register AI use cases, measure readiness from evidence, decide at explicit gates."""

from pocgate.celery import app as celery_app

__all__ = ["celery_app"]
