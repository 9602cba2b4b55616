"""Who we are, who the centre is, and what is signed, sealed or timed by either."""
