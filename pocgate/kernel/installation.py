"""What tells this installation from all others, such as in names that hold in the whole world."""

from __future__ import annotations

from pocgate.kernel.models import Installation


def installation_id() -> str:
    """32 random hexadecimal digits, drawn when first asked for. Of two that ask at once, the first draws."""
    found = Installation.objects.first()
    if found is None:
        Installation.objects.bulk_create([Installation()], ignore_conflicts=True)
        found = Installation.objects.get()
    return found.uid.hex
