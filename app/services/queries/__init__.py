"""The reads: one query per need, ordered, and only what the actor may see."""
