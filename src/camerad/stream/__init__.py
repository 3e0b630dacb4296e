"""Live pictures to many clients: everyone gets the newest frame, nobody waits for the slowest."""
