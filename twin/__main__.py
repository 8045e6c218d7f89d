"""``python -m twin --port 7300 --state DIR [--map "*.localhost=127.0.0.1:8000"]``."""

import argparse
from pathlib import Path
from typing import Any

import uvicorn

from twin.app import create_app


def main() -> None:
    """Serve on loopback until SIGTERM."""
    options = _arguments()
    settings: dict[str, Any] = {
        "public_base": options.public_base or f"http://127.0.0.1:{options.port}"
    }
    if options.map:
        settings["hostmap"] = dict(entry.split("=", 1) for entry in options.map)
    if options.product_clock_url:
        settings["product_clock_url"] = options.product_clock_url
    app = create_app(options.state, settings)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=options.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m twin", description=__doc__)
    parser.add_argument("--port", type=int, default=7300)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--map", action="append", metavar="HOST_PATTERN=ADDRESS:PORT")
    parser.add_argument("--product-clock-url", default="")
    parser.add_argument("--public-base", default="", help="where browsers reach the twin")
    return parser.parse_args()


if __name__ == "__main__":
    main()
