# One image for web, worker, beat and migrations: docker-compose.yml gives each its command.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt /tmp/requirements.txt
RUN /venv/bin/pip install --require-hashes --no-deps -r /tmp/requirements.txt
COPY . /app
WORKDIR /app
# Settings of an embedded installation are enough to collect files; nothing of it stays in the image.
RUN POCGATE_VAR=/tmp/build POCGATE_STATIC=/app/collected /venv/bin/python manage.py collectstatic --noinput \
 && /venv/bin/python -m compileall -q /app

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    POCGATE_MODE=server POCGATE_VAR=/data POCGATE_STATIC=/app/collected
RUN groupadd --gid 10001 pocgate \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pocgate \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["python", "manage.py", "doctor", "--component", "web"]
CMD ["gunicorn", "pocgate.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
