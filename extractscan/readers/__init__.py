"""Read logs of any known source as canonical events, wherever they lie and however they are packed."""

from extractscan.readers.accounts import completed, read_accounts, read_accounts_with_notes
from extractscan.readers.formats import FORMATS, Format
from extractscan.readers.inputs import no_logs, open_logs
from extractscan.readers.logset import LogSet
from extractscan.readers.streams import Progress
from extractscan.readers.widening import with_late_columns

__all__ = [
    "FORMATS",
    "Format",
    "LogSet",
    "Progress",
    "completed",
    "no_logs",
    "open_logs",
    "read_accounts",
    "read_accounts_with_notes",
    "with_late_columns",
]
