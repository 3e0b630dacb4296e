"""The machine: figures, health, service manager, certificate."""
