"""The verbs: the only way to change anything. They are given their actor and the time."""
