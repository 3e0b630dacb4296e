"""Runs the tests for another processor: what stands behind tools/test --arch."""
