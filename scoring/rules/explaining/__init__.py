"""Readiness explained: what changed it, what is coming, what would mend it. Pure functions over computed readiness."""

from scoring.rules.explaining.ahead import Outlook, OutlookStep, Renewal, outlook
from scoring.rules.explaining.mending import Change, Plan, Way, ways
from scoring.rules.explaining.waterfall import PartChange, Step, Waterfall, part_changes, waterfall

__all__ = [
    "Change",
    "Outlook",
    "OutlookStep",
    "PartChange",
    "Plan",
    "Renewal",
    "Step",
    "Waterfall",
    "Way",
    "outlook",
    "part_changes",
    "waterfall",
    "ways",
]
