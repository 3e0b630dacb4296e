"""The configuration as part of the device's state."""

from camerad.config.store import ConfigStore
from camerad.events.state import Values


def config_state(config: ConfigStore) -> Values:
    """Each section, without its secrets."""
    return {f"config.{section}": values for section, values in config.public().items()}
