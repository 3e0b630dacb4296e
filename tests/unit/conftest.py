"""What all unit tests share."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_waiting_for_disks(monkeypatch):
    """Unit tests do not outlive a power cut; tests of what is synced, and when, patch it again."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
