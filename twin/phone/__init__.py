"""The pages of a phone."""
