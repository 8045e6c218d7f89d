"""Settings, from the environment. `SIYU_ENV` is demo, test, production or develop."""

from siyu.settings.apps import *  # noqa: F403
from siyu.settings.base import *  # noqa: F403
from siyu.settings.database import *  # noqa: F403
from siyu.settings.live import *  # noqa: F403
from siyu.settings.logs import *  # noqa: F403
from siyu.settings.protocols import *  # noqa: F403
from siyu.settings.queue import *  # noqa: F403
from siyu.settings.security import *  # noqa: F403
