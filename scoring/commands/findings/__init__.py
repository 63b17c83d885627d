"""Writing down what detectors find, and what owners answer."""

from scoring.commands.findings.answers import answer_finding
from scoring.commands.findings.refresh import Refreshed, refresh_findings

__all__ = ["Refreshed", "answer_finding", "refresh_findings"]
