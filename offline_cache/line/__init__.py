"""The only network: calls and their bodies, the state of the line, what is due at a contact."""
