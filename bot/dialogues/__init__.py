"""The things one can talk about with Balai, one file each: what it takes, and what it answers."""
