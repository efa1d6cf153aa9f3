"""AWS Regions with their partition and zone IDs.

A zone ID such as `use1-az1` means the same zone in every account; a zone name such as `us-east-1a` does not.
https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A Region.

    zone_prefix  start of its zone IDs: `use1` of `use1-az1`
    zones        the highest zone number, including zones of old accounts
    partition    as in ARNs: `aws`, `aws-cn` or `aws-us-gov`
    without      numbers up to `zones` that no zone has
    """

    name: str
    zone_prefix: str
    zones: int
    partition: str = "aws"
    without: tuple[int, ...] = ()

    @property
    def zone_ids(self) -> tuple[str, ...]:
        """Its zone IDs, in order."""
        numbers = (number for number in range(1, self.zones + 1) if number not in self.without)
        return tuple(f"{self.zone_prefix}-az{number}" for number in numbers)


# The page lists all zones of partition aws, including constrained ones; in us-west-1, new accounts get two zones.
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
# Beijing's third zone has number 4: https://github.com/eksctl-io/eksctl/issues/3916
REGIONS = {
    region.name: region
    for region in (
        Region("af-south-1", "afs1", 3),
        Region("ap-east-1", "ape1", 3),
        Region("ap-east-2", "ape2", 3),
        Region("ap-northeast-1", "apne1", 4),
        Region("ap-northeast-2", "apne2", 4),
        Region("ap-northeast-3", "apne3", 3),
        Region("ap-south-1", "aps1", 3),
        Region("ap-south-2", "aps2", 3),
        Region("ap-southeast-1", "apse1", 3),
        Region("ap-southeast-2", "apse2", 3),
        Region("ap-southeast-3", "apse3", 3),
        Region("ap-southeast-4", "apse4", 3),
        Region("ap-southeast-5", "apse5", 3),
        Region("ap-southeast-6", "apse6", 3),
        Region("ap-southeast-7", "apse7", 3),
        Region("ca-central-1", "cac1", 4, without=(3,)),
        Region("ca-west-1", "caw1", 3),
        Region("cn-north-1", "cnn1", 4, "aws-cn", without=(3,)),
        Region("cn-northwest-1", "cnnw1", 3, "aws-cn"),
        Region("eu-central-1", "euc1", 3),
        Region("eu-central-2", "euc2", 3),
        Region("eu-north-1", "eun1", 3),
        Region("eu-south-1", "eus1", 3),
        Region("eu-south-2", "eus2", 3),
        Region("eu-west-1", "euw1", 3),
        Region("eu-west-2", "euw2", 4),
        Region("eu-west-3", "euw3", 3),
        Region("il-central-1", "ilc1", 3),
        Region("me-central-1", "mec1", 3),
        Region("me-south-1", "mes1", 3),
        Region("mx-central-1", "mxc1", 3),
        Region("sa-east-1", "sae1", 3),
        Region("us-east-1", "use1", 6),
        Region("us-east-2", "use2", 3),
        Region("us-gov-east-1", "usge1", 3, "aws-us-gov"),
        Region("us-gov-west-1", "usgw1", 3, "aws-us-gov"),
        Region("us-west-1", "usw1", 3),
        Region("us-west-2", "usw2", 4),
    )
}
