"""Text that goes into Terraform, and nothing but text."""

from __future__ import annotations

from isthmus.text.printable import printable

# https://developer.hashicorp.com/terraform/language/expressions/strings#string-templates
_TEMPLATES = ("${", "%{")


def not_plain(text: str) -> str:
    """Why a text is more than text: Terraform would evaluate it, or a reader would not see all of it; else ""."""
    if found := next((mark for mark in _TEMPLATES if mark in text), None):
        return f"Terraform evaluates what follows {found}"
    if printable(text, len(text)) != text:
        return "it holds control characters, or such that take no room"
    return ""
