"""Text that is written into Terraform must be plain text."""

from __future__ import annotations

from isthmus.text.printable import printable

# https://developer.hashicorp.com/terraform/language/expressions/strings#string-templates
_TEMPLATES = ("${", "%{")


def not_plain(text: str) -> str:
    """Why a text is not plain text: Terraform would evaluate it, or it has invisible characters. "" if it is plain."""
    if found := next((mark for mark in _TEMPLATES if mark in text), None):
        return f"Terraform evaluates the text after {found}"
    if printable(text, len(text)) != text:
        return "it has control characters or characters without width"
    return ""
