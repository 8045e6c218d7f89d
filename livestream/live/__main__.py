"""`python -m livestream.live --port 7400`: the socket process, until a signal."""

import argparse
import resource

import uvicorn

from livestream.live.app import config_from_environment, make_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="livestream.live", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--media", default="", help="serve HLS from this folder (demo only)")
    options = parser.parse_args()
    _allow_many_sockets()
    uvicorn.run(
        make_app(config_from_environment(options.media)),
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        ws_max_size=1_024,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


def _allow_many_sockets() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


main()
