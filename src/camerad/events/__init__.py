"""What happens on the device, and who wants to hear of it."""
