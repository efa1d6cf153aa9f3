"""Names: what Terraform calls things, made of what the intent calls them."""

from __future__ import annotations


def identifier(name: str) -> str:
    """A Terraform identifier for an intent name or a CIDR: `network-services` -> `network_services`.

    The intent refuses names for which this is not one to one.
    """
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def domain_identifier(domain: str) -> str:
    """A Terraform identifier for a domain: `corp.example.com` -> `corp_example_com`, `.` -> `everything`.

    The intent refuses domains for which this is not one to one.
    """
    name = domain.replace(".", "_") if domain != "." else "everything"
    return f"_{name}" if name[0] in "-0123456789" else name
