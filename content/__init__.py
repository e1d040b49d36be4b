"""What we know: guidance, languages, danger, and finding the right article. Imports `centre.db` and `centre.messages` only."""
