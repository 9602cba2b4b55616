"""A disk that remembers: every state in which a power cut can leave the store, and faults at every operation."""
