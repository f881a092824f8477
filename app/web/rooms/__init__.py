"""An organizer's rooms: settings, participants, stations, brackets, staff, and the audit."""

from . import audit, brackets, exports, participants, rehearsal, screens, settings, slips, staff, stations
from .blueprint import blueprint

__all__ = [
    "audit",
    "blueprint",
    "brackets",
    "exports",
    "participants",
    "rehearsal",
    "screens",
    "settings",
    "slips",
    "staff",
    "stations",
]
