"""How fast Matchdesk answers and tells, beside the least that could do the same on this machine."""
