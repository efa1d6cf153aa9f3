"""Terraform identifiers, made from names of the intent."""

from __future__ import annotations


def identifier(name: str) -> str:
    """A Terraform identifier for an intent name or a CIDR: `network-services` -> `network_services`.

    The intent refuses two names that would give the same identifier.
    """
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def domain_identifier(domain: str) -> str:
    """A Terraform identifier for a domain: `corp.example.com` -> `corp_example_com`, `.` -> `everything`.

    The intent refuses two domains that would give the same identifier.
    """
    name = domain.replace(".", "_") if domain != "." else "everything"
    return f"_{name}" if name[0] in "-0123456789" else name
