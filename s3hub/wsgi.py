"""What gunicorn serves. A request may keep the database busy for 5 seconds; jobs and commands have a minute."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
os.environ["STATEMENT_TIMEOUT"] = os.environ.get("STATEMENT_TIMEOUT") or "5s"
application = get_wsgi_application()

# What is loaded now stays: the collector need not walk it, and in every request only makes and drops small things.
gc.freeze()
gc.set_threshold(10_000, 20, 20)
