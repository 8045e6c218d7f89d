"""A merchant in one file: written while nobody works on it, proved, dropped, brought back."""
