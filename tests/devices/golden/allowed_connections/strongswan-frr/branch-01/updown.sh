#!/bin/sh
# strongSwan runs it when a tunnel with static routing comes up or goes down. The routes follow the interface.
set -eu
case "$PLUTO_VERB" in
    up-client*) ip link set "ipsec$PLUTO_IF_ID_OUT" up ;;
    down-client*) ip link set "ipsec$PLUTO_IF_ID_OUT" down ;;
esac
