"""The socket process: it fans a room's news out to its watchers, and knows no database."""
