"""The rules of the match desk: pure Python, without framework, database, clock or I/O."""
