"""Makes the image of the test device: what stands behind tools/device-image."""
