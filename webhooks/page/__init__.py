"""The page of the web chat: a template with its style, script and words, and the neutral page to leave to."""
