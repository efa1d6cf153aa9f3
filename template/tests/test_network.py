"""What you rely on in your network. `make test` runs it."""

from isthmus.testing.network import NetworkUnderTest


def test_the_network_does_what_the_estate_says(network: NetworkUnderTest) -> None:
    network.assert_proved()


# Write what you rely on as sentences, with the names of your estate. A change that breaks one fails with the path of
# the packet in the message.
#
# def test_development_never_reaches_production(network: NetworkUnderTest) -> None:
#     network.assert_isolated("dev", "prod")
#
# def test_the_internet_opens_no_connection_to_production(network: NetworkUnderTest) -> None:
#     network.assert_blocked("internet", "prod")
#
# def test_one_tunnel_may_fail(network: NetworkUnderTest) -> None:
#     network.assert_survives(loss_of="dc1-01#1")
