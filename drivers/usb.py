"""A byte pipe to a USB device."""
