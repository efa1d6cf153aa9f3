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
    deployers        names of further roles that run Terraform, in any of the accounts: the roles that those credentials
                     are of. With their path, if they have one
    """

    arn: str
    accounts: Many[Account]
    units: Many[OrganizationalUnit] = ()
    deployment_role: str | None = "isthmus-deploy"
    deployers: Many[str] = ()


AccountRef = Annotated[Account | str, by_name]
# What a share or a role may be given to.
Principal = Annotated[OrganizationalUnit | Account | str, by_name]
