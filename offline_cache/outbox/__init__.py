"""Promises and where they stand with the centre: durable rows, limits, validity, quarantine, sending."""
