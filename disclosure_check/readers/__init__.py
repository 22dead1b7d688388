"""Readers: from files and records to posts (`files.py`), and from a post to what a reader sees of it (`markup.py`)."""
