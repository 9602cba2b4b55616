"""The signed catalogue on the terminal: verified by rules of The Update Framework, swapped whole in our own store."""
