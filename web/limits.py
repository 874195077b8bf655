"""Who asks: the client's real address, as far as our own proxies tell it."""

import ipaddress

from django.conf import settings


def client_address(request):
    """The address of the client, an IPv6 one as its /64 network; "unknown" when there is none (a Unix socket).

    Only the last TRUSTED_PROXIES entries of X-Forwarded-For were written by our proxies; the rest is what the client
    claims and is never looked at.
    """
    proxies = settings.TRUSTED_PROXIES
    claimed = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    seen = claimed[-proxies] if 0 < proxies <= len(claimed) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return "unknown"
    mapped = getattr(address, "ipv4_mapped", None)
    if address.version == 4 or mapped:
        return str(mapped or address)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)
