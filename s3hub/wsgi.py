"""What gunicorn serves. A request may keep the database busy for 5 seconds; jobs and commands have a minute."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
os.environ["STATEMENT_TIMEOUT"] = os.environ.get("STATEMENT_TIMEOUT") or "5s"
application = get_wsgi_application()
