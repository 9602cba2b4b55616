"""Journals as each past schema wrote them, with their keys (of nobody): `python -m tests.offline.corpus FILE`."""
