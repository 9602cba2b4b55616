"""`./run demo`: scripted citizens, a technician, a dead line and a power cut, without a hand."""
