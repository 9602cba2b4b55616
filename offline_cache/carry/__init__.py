"""What waits, carried by hand on a removable medium, and the answers that come back."""
