"""The journal and the hash chains, and what shows them to the centre: signed heads, digests."""
