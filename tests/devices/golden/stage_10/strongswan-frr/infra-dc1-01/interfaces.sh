#!/bin/sh
# Tunnel interfaces of infra-dc1-01. Run it at each start, before strongSwan and FRRouting.
set -eu
sysctl -q -w net.ipv4.ip_forward=1

# infra-dc1-01-1
ip link show ipsec1 >/dev/null 2>&1 || ip link add ipsec1 type xfrm if_id 1
ip addr replace 169.254.16.2/30 dev ipsec1
ip link set ipsec1 mtu 1446 up
# Return traffic may use the other tunnel (asymmetric routing): loose reverse path filter.
sysctl -q -w net.ipv4.conf.ipsec1.rp_filter=2

# infra-dc1-01-2
ip link show ipsec2 >/dev/null 2>&1 || ip link add ipsec2 type xfrm if_id 2
ip addr replace 169.254.16.6/30 dev ipsec2
ip link set ipsec2 mtu 1446 up
# Return traffic may use the other tunnel (asymmetric routing): loose reverse path filter.
sysctl -q -w net.ipv4.conf.ipsec2.rp_filter=2
