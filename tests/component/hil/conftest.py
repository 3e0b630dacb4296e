from pathlib import Path

import pytest

HIL = Path(__file__).parents[3] / "hil"


@pytest.fixture(autouse=True)
def hil_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the rig's modules importable, as they are for the tests in hil/."""
    monkeypatch.syspath_prepend(HIL)
