# One image for every process of docker-compose.yml; which one it is, the command says.
FROM python:3.11-slim-bookworm

WORKDIR /srv/siyu
COPY . .
RUN script/setup --runtime && useradd --system --create-home --home-dir /var/lib/siyu siyu \
    && mkdir -p /var/lib/siyu/data && chown -R siyu /var/lib/siyu

USER siyu
ENV PATH=/srv/siyu/.venv/bin:$PATH PYTHONUNBUFFERED=1 SIYU_DATA_DIR=/var/lib/siyu/data
STOPSIGNAL SIGTERM
