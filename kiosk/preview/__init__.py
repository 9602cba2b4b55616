"""See a service as its citizens will: walked with sample answers, every page a picture. No device, no centre."""
