"""What may go wrong with a backup, in sentences for who types the command."""


class BackupFailed(Exception):
    """Nothing was changed; the message says why."""


IN_USE = "A server uses the database. Stop it first: a restore under its feet would mix two histories."
NOT_EMPTY = (
    "The database has accounts already. Back it up, then say --replace to put the backup in its place."
)
