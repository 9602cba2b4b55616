"""What is said aloud: which words (narration), when (narrator), and by which engine (speaker)."""
