"""The bench: everything that a terminal meets, on one machine. For ./run, the demo and end-to-end tests.

Not part of the installed terminal: nothing else imports it.
"""
