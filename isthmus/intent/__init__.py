"""The language: what a network should be, as plain, frozen, validated data."""

from isthmus.intent.backend import HcpTerraform as HcpTerraform
from isthmus.intent.backend import LocalBackend as LocalBackend
from isthmus.intent.backend import S3Backend as S3Backend
from isthmus.intent.environment import Environment as Environment
from isthmus.intent.errors import IntentError as IntentError
from isthmus.intent.errors import InvalidArgument as InvalidArgument
from isthmus.intent.errors import InvalidEstate as InvalidEstate
from isthmus.intent.errors import Problem as Problem
from isthmus.intent.errors import UnknownSchema as UnknownSchema
from isthmus.intent.estate import Estate as Estate
from isthmus.intent.hub import Hub as Hub
from isthmus.intent.organization import Account as Account
from isthmus.intent.organization import Organization as Organization
from isthmus.intent.organization import OrganizationalUnit as OrganizationalUnit
from isthmus.intent.segment import Egress as Egress
from isthmus.intent.segment import Segment as Segment
from isthmus.intent.site import CustomerGateway as CustomerGateway
from isthmus.intent.site import Site as Site
from isthmus.intent.spoke import Spoke as Spoke
from isthmus.intent.vpn import Routing as Routing
from isthmus.intent.vpn import Tunnel as Tunnel
from isthmus.intent.vpn import VpnConnection as VpnConnection
