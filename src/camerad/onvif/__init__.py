"""ONVIF: other cameras of the network, and this one among them."""
