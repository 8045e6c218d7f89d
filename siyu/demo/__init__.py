"""The demo merchants: brands with stores, guides and a story, and logins anybody may use."""

from siyu.demo.cast import LOGINS, seed_demo
from siyu.demo.story import play_demo

__all__ = ["LOGINS", "play_demo", "seed_demo"]
