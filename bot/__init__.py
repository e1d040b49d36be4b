"""What we say: one message in, replies out. Only here are families spoken to. Imports `content` and `centre`."""
