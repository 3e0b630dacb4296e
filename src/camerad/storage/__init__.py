"""Files: the safe tree that clients see, and writes that a power cut cannot halve."""
