"""Virtual devices: separate processes that speak the real bytes with their own codecs, and misbehave on command.

Nothing here is imported by anything else of ours, and nothing else of ours is imported here: a mistake of a driver
must not cancel out against the same mistake of its twin.
"""
