"""The embedded installation: prepared once, then web server and worker under one foreground command."""

from pocgate.kernel.supervisor.loop import Supervisor
from pocgate.kernel.supervisor.refusals import CannotStart

__all__ = ["CannotStart", "Supervisor"]
