"""Direct Connect gateways and their virtual interfaces."""
