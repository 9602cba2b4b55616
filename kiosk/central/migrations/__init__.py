"""How the schema of the centre grew; kiosk.central.migrate runs these."""
