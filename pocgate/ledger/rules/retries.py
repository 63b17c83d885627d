"""When a delivery is tried again: the pauses that Standard Webhooks recommends grow to most of a day, three in all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

SUCCESS = range(200, 300)
GONE = 410
TOO_MANY = 429
SERVER_ERROR = 500
# At most so much of a pause is added, so that what failed together does not come back together.
JITTER = 0.1


def next_try(attempts: int, *, pauses: Sequence[int], share: float, now: datetime) -> datetime | None:
    """When to try again after so many attempts, None after the last. Pauses in seconds; `share` of the jitter, 0–1."""
    if attempts > len(pauses):
        return None
    return now + timedelta(seconds=pauses[attempts - 1] * (1 + JITTER * share))


def is_success(status: int | None) -> bool:
    """Any 2xx; a redirect is none, and is not followed."""
    return status is not None and status in SUCCESS


def is_unwell(status: int | None) -> bool:
    """No answer, 5xx, or 429: the endpoint can not take more now. Another answer is about the event that was sent."""
    return status is None or status == TOO_MANY or status >= SERVER_ERROR


def is_gone(status: int | None) -> bool:
    """410: the receiver says that it wants no more."""
    return status == GONE
