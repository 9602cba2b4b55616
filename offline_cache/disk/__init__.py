"""The encrypted file and its key: opened or salvaged, brought up to date, with room kept for what was promised."""
