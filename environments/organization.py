"""The organization: accounts and organizational units that own the network or use it."""

from isthmus.intent import Account, Organization, OrganizationalUnit

network_prod = Account("network-prod", id="111122223333")
infra_shared_prod = Account("infra-shared-prod", id="222233334444")
workloads_test = Account("workloads-test", id="333344445555")
workloads_prod = Account("workloads-prod", id="444455556666")

_OU = "arn:aws:organizations::999900001111:ou/o-exampleorg"
infrastructure_dev = OrganizationalUnit("infrastructure_dev", arn=f"{_OU}/ou-exam-infradev")
workloads_dev = OrganizationalUnit("workloads_dev", arn=f"{_OU}/ou-exam-workldev")

organization = Organization(
    arn="arn:aws:organizations::999900001111:organization/o-exampleorg",
    accounts=[network_prod, infra_shared_prod, workloads_test, workloads_prod],
    units=[infrastructure_dev, workloads_dev],
)
