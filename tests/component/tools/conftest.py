import importlib.util

import pytest


@pytest.fixture(scope="session")
def needs_venv() -> None:
    """For tests of commands that set themselves up in a ``.venv`` of the checkout."""
    if importlib.util.find_spec("ensurepip") is None:
        pytest.skip("this Python comes without ensurepip, and so makes no .venv")
