"""/api/tournaments/: what stands around the matches."""

from .blueprint import ApiBlueprint

BLUEPRINTS: tuple[ApiBlueprint, ...] = ()
