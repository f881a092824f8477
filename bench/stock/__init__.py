"""What such a system is usually built with: Django, REST framework and Channels, as their guides say.

It serves the same database as Matchdesk does, under uvicorn, without sessions, CSRF, rights or versions.
"""
