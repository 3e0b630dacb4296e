"""Updates of the whole device: bundles that RAUC verifies and installs into the other slot."""
