"""A year of a plausible merchant, drawn from a seed (docs/howto/demo-year.md)."""

from siyu.demo.year.loading import SEED, Loaded, NotEmpty, load_year

__all__ = ["SEED", "Loaded", "NotEmpty", "load_year"]
