"""Site-to-Site VPN connections and customer gateways."""
