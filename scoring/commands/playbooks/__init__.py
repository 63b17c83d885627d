"""The playbook's life: drafted, tried out on the portfolio, published."""

from scoring.commands.playbooks.drafts import begin_draft, discard_draft, move_to_version_in_force, save_draft
from scoring.commands.playbooks.effects import EFFECT_TASK, compute_effect, request_effect
from scoring.commands.playbooks.publishing import (
    PLACE_ALL_TASK,
    RECOMPUTE_ALL_TASK,
    ensure_default_playbook,
    publish_blockers,
    publish_draft,
    publish_playbook,
)

__all__ = [
    "EFFECT_TASK",
    "PLACE_ALL_TASK",
    "RECOMPUTE_ALL_TASK",
    "begin_draft",
    "compute_effect",
    "discard_draft",
    "ensure_default_playbook",
    "move_to_version_in_force",
    "publish_blockers",
    "publish_draft",
    "publish_playbook",
    "request_effect",
    "save_draft",
]
