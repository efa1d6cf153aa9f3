"""Accounts and organizational units: who owns what, and with whom it is shared."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from isthmus.intent.model import Many, by_name, intent


@intent
class Account:
    """An AWS account, by its name in the organization.

    id  twelve digits, as text
    """

    name: str = field(kw_only=False)
    id: str


@intent
class OrganizationalUnit:
    """An organizational unit.

    arn  `arn:aws:organizations::<management account>:ou/o-.../ou-...`
    """

    name: str = field(kw_only=False)
    arn: str


@intent
class Organization:
    """The AWS organization all accounts belong to.

    arn              `arn:aws:organizations::<management account>:organization/o-...`
    accounts         all that hold an environment, or are named elsewhere
    units            organizational units that are named elsewhere
    deployment_role  name of the role in every account that Terraform assumes; None: credentials are used as they come
    """

    arn: str
    accounts: Many[Account]
    units: Many[OrganizationalUnit] = ()
    deployment_role: str | None = "isthmus-deploy"


AccountRef = Annotated[Account | str, by_name]
# What a share or a role may be given to: the organization itself is the default where a list is left empty.
Principal = Annotated[OrganizationalUnit | Account | str, by_name]
