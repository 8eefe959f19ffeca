"""A Django project in one file: a page behind cache_page.

The environment says where it is kept: STORE is none, memory, redis or
memcached, ADDR is host:port of the latter two; SIZE is that of the page.
"""
import os

import django
from django.conf import settings

ADDR = os.environ.get("ADDR", "")
BACKENDS = "django.core.cache.backends."
CACHES = {
    "none": {"BACKEND": BACKENDS + "dummy.DummyCache"},
    "memory": {"BACKEND": BACKENDS + "locmem.LocMemCache"},
    "redis": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://" + ADDR + "/1"},
    "memcached": {"BACKEND": BACKENDS + "memcached.PyLibMCCache", "LOCATION": ADDR},
}
settings.configure(
    ALLOWED_HOSTS=["*"],
    CACHES={"default": CACHES[os.environ["STORE"]]},
    LOGGING_CONFIG=None,
    ROOT_URLCONF=__name__,
    SECRET_KEY="of no use",
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path
from django.views.decorators.cache import cache_page

ROW = "<tr><td>%06d</td></tr>\n"
SIZE = int(os.environ["SIZE"])
BODY = "".join(ROW % i for i in range(SIZE // 10))[:SIZE].encode()


def page(request):
    response = HttpResponse(BODY)
    response["Content-Length"] = str(SIZE)
    response["Etag"] = '"6f1d2c0b5a"'
    response["Last-Modified"] = "Sat, 21 Nov 2026 08:00:00 GMT"
    response["X-Frame-Options"] = "DENY"
    response["Content-Language"] = "en"
    return response


urlpatterns = [re_path("", cache_page(600)(page))]
application = get_wsgi_application()
