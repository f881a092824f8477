"""Bracket formats: entrants in seed order in, the plan of all matches out."""
