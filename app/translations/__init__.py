"""The catalogs: for each language one file to edit, messages.po, and one made of it, which is read."""
