#!/bin/sh
# Tunnel interfaces of infra-dc1-02. Run it at each start, before strongSwan and FRRouting.
set -eu
sysctl -q -w net.ipv4.ip_forward=1
# The outside address of the tunnels. The router advertises it over Direct Connect.
ip addr replace 172.21.255.2/32 dev lo

# infra-dc1-02-1
ip link show ipsec1 >/dev/null 2>&1 || ip link add ipsec1 type xfrm if_id 1
ip addr replace 169.254.16.10/30 dev ipsec1
ip link set ipsec1 mtu 1446 up
# Return traffic may use the other tunnel (asymmetric routing): loose reverse path filter.
sysctl -q -w net.ipv4.conf.ipsec1.rp_filter=2

# infra-dc1-02-2
ip link show ipsec2 >/dev/null 2>&1 || ip link add ipsec2 type xfrm if_id 2
ip addr replace 169.254.16.14/30 dev ipsec2
ip link set ipsec2 mtu 1446 up
# Return traffic may use the other tunnel (asymmetric routing): loose reverse path filter.
sysctl -q -w net.ipv4.conf.ipsec2.rp_filter=2

# infra-dc1-csva1: Direct Connect at CSVA1. FRRouting needs bfdd for BFD.
port=REPLACE_WITH_THE_PORT_OF_INFRA_DC1_CSVA1
ip link set "$port" mtu 8500 up
ip link show dx1 >/dev/null 2>&1 || ip link add link "$port" name dx1 type vlan id 102
ip addr replace 169.254.100.6/30 dev dx1
ip link set dx1 mtu 8500 up
sysctl -q -w net.ipv4.conf.dx1.rp_filter=2
