"""Makes and signs firmware bundles: what stands behind tools/bundle."""
