"""So many calls a minute per person, counted in fixed windows, and said in every answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from pocgate.identity.models import User

if TYPE_CHECKING:
    # The framework loads this module while its own views are still being loaded.
    from rest_framework.views import APIView

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Allowance:
    """Calls allowed in a window, calls left in the present one, and seconds until the next."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """As most clients know them."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class PersonThrottle(BaseThrottle):
    """Counts by person, whatever their tokens; without a person by address."""

    allowance: Allowance | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """False once the window is used up."""
        limit, window = parsed_rate(str(api_settings.DEFAULT_THROTTLE_RATES["person"]))
        clock = int(time.time())
        who = f"user:{request.user.pk}" if isinstance(request.user, User) else f"address:{self.get_ident(request)}"
        used = _count(f"api-rate:{who}:{clock // window}", window)
        self.allowance = Allowance(limit, max(0, limit - used), window - clock % window)
        return used <= limit

    def wait(self) -> float | None:
        """Seconds until the next window."""
        return None if self.allowance is None else float(self.allowance.reset)


@lru_cache(maxsize=8)
def parsed_rate(rate: str) -> tuple[int, int]:
    """`1200/min` as calls and seconds; raises `ValueError` that names the setting."""
    calls, _slash, period = rate.partition("/")
    if not calls.isdecimal() or int(calls) < 1 or period[:1] not in SECONDS:
        raise ValueError(f"POCGATE_API_RATE={rate!r}: must be such as 1200/min.")
    return int(calls), SECONDS[period[0]]


def _count(key: str, window: int) -> int:
    cache.add(key, 0, timeout=window + 1)
    try:
        return int(cache.incr(key))
    except ValueError:
        # The window ended between the two calls.
        return 1
