"""The rules about the load balancer of published services."""

from __future__ import annotations

from isthmus.proof.result.rule import NLB, ProofRule

PUBLISHED_SERVICES = (
    ProofRule(
        "published-service-missing",
        "No load balancer has the address of a spoke's published services.",
        "Names and firewalls refer to the address in each zone. Connections to it are not answered.",
        NLB + "network-load-balancers.html",
    ),
    ProofRule(
        "published-service-differs",
        "The load balancer of published services has other listeners, targets, clients or settings than the intent.",
        "A listener without a service, a target elsewhere or a wider security group opens more than the intent. With "
        "client IP preservation, targets answer clients past the load balancer.",
        NLB + "edit-target-group-attributes.html",
    ),
    ProofRule(
        "published-target-unreachable",
        "The load balancer of published services does not reach one of its targets.",
        "The connection from the load balancer to the target is a flow of its own. The outbound rules of its security "
        "group, or the network ACLs of the VPC, block it.",
        NLB + "load-balancer-security-groups.html",
    ),
    ProofRule(
        "unintended-load-balancer",
        "A load balancer that the intent does not state is in a routable subnet.",
        "Other locations have a route to routable subnets. So it opens the spoke, whose own range is in use elsewhere.",
        NLB + "network-load-balancers.html",
    ),
)
