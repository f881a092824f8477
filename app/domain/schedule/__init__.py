"""The schedule as rules: what is planned when and where, what clashes, what a delay moves, what to expect."""
