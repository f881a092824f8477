"""What all writers share."""


class NotWritable(ValueError):
    """The format has no way to tell this tournament; `why` is the reason, for people."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why
