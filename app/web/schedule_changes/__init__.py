"""Delays, proposals of whole schedules, and the versions that they and all other changes make."""

from . import auto, delay, versions
from .blueprint import blueprint

__all__ = ["auto", "blueprint", "delay", "versions"]
