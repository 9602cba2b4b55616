"""Large attachments: sealed files, where they stand, and sending them in parts."""
