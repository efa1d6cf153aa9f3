"""The AWS organization: accounts and organizational units."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from isthmus.intent.model import Many, by_name, intent


@intent
class Account:
    """An AWS account.

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
    """The AWS organization of all accounts.

    arn              `arn:aws:organizations::<management account>:organization/o-...`
    accounts         all accounts that an environment or another object names
    units            organizational units that other objects name
    deployment_role  name of the role that Terraform assumes in every account; None: it uses the given credentials
    deployers        names of further roles that run Terraform, in any account, with their path if they have one: the
                     roles of the given credentials
    """

    arn: str
    accounts: Many[Account]
    units: Many[OrganizationalUnit] = ()
    deployment_role: str | None = "isthmus-deploy"
    deployers: Many[str] = ()


AccountRef = Annotated[Account | str, by_name]
# The recipient of a share or a role.
Principal = Annotated[OrganizationalUnit | Account | str, by_name]
