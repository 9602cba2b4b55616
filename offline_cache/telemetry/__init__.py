"""What the terminal says of itself, and the orders that come back."""
