"""The page of the web chat: one template with its style, script and words, and the neutral page one leaves to."""
