"""What all writers share."""


class NotWritable(ValueError):
    """The format has no way to tell this tournament; the message says why."""
