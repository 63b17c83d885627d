"""Numbers without gaps or repeats, whatever runs at once."""

from __future__ import annotations

from django.db import transaction

from pocgate.kernel.models import Counter


def held(name: str) -> Counter:
    """The counter's row, locked until the surrounding transaction ends, for numbers counted once it is held."""
    Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
    return Counter.objects.select_for_update().get(name=name)


def next_numbers(name: str, count: int = 1) -> range:
    """Take `count` consecutive numbers, the first being 1 under a new name.

    The counter's row stays locked until the surrounding transaction ends, so a rollback leaves no gap.
    """
    if count < 1:
        raise ValueError("count must be at least 1")
    with transaction.atomic():
        counter = held(name)
        first = counter.value + 1
        counter.value += count
        counter.save(update_fields=["value"])
    return range(first, first + count)


def next_number(name: str) -> int:
    """Take one number; see `next_numbers`."""
    return next_numbers(name)[0]
