"""Logs: one JSON object per line on a server, readable lines on a person's machine."""

from __future__ import annotations

import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# Tokens that stand in an address: whoever reads the logs could use them.
_SECRETS = re.compile(r"([?&]token=|/unsubscribe/)[^&\s/\"']+")


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take tokens out of every text of a line, whoever wrote it."""
    for key, value in event.items():
        if isinstance(value, str) and ("token=" in value or "/unsubscribe/" in value):
            event[key] = _SECRETS.sub(r"\1…", value)
    return event


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    hide_secrets,
]


HEALTH_PATH = "/api/v1/health/"


def is_worth_logging(record: logging.LogRecord) -> bool:
    """False for calls of the health addresses: every few seconds, and not being ready yet is an answer, no error."""
    return HEALTH_PATH not in str(record.msg) and not any(HEALTH_PATH in str(part) for part in record.args or ())


def logging_settings(*, as_json: bool, level: str) -> dict[str, Any]:
    """The standard library's logging dictionary; structlog writes through it."""
    renderer = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
                "foreign_pre_chain": SHARED_PROCESSORS,
            }
        },
        "filters": {"worth_logging": {"()": lambda: is_worth_logging}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["worth_logging"]}
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django_structlog": {"level": level if as_json else "WARNING"},
            "django.server": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }


def configure(settings: dict[str, Any]) -> None:
    """Apply the logging dictionary and point structlog at it; called once when the apps are ready."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[*SHARED_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
