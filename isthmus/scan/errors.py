"""What prevents a scan. Its text is for the person at the terminal.

ScanError
    CheckovMissing     the optional dependency is not installed
    UnreadableInput    a file that is not Terraform JSON, or not all of it could be scanned
    InvalidWaivers     a waiver without check, resource, reason or expiry
"""

from __future__ import annotations

from isthmus.text.printable import shown


class ScanError(Exception):
    """There is no answer. Its text may quote a file."""

    def __str__(self) -> str:
        return shown(super().__str__())


class CheckovMissing(ScanError):
    """Checkov is not installed."""

    def __init__(self) -> None:
        super().__init__("scanning needs Checkov: pip install 'isthmus[scan]'")


class UnreadableInput(ScanError):
    """Terraform that cannot be scanned in full: a partial scan would look like a clean one."""


class InvalidWaivers(ScanError):
    """A waiver file that does not say what it waives, why, and until when."""
