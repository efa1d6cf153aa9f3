"""Transit gateways, their attachments, routes and shares."""
