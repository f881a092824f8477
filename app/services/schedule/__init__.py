"""The schedule of a tournament: read as a plan, changed in versions that can be taken back."""
