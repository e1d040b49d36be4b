"""How words travel, both ways: one file per channel behind one small protocol. Imports `centre` only."""
