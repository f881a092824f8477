"""An organizer's rooms: settings, participants, stations, brackets, staff, and the audit."""

from . import audit, brackets, participants, settings, staff, stations
from .blueprint import blueprint

__all__ = ["audit", "blueprint", "brackets", "participants", "settings", "staff", "stations"]
