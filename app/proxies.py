"""Which machine asked, where a proxy stands between: forwarded headers count only from proxies we trust."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

FORWARDED_HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
# Set where somebody unknown claims to forward: the address that we see is then hardly that of the asker.
CAME_THROUGH_UNKNOWN_PROXY = "matchdesk.unknown_proxy"


class TrustedProxies:
    """The WSGI layer that puts in the client's address, scheme and host where a trusted proxy tells them.

    All forwarded headers end here, so that nothing behind can believe one by mistake.
    """

    def __init__(self, application: Callable, networks: Sequence[IPv4Network | IPv6Network]):
        self._application = application
        self._networks = tuple(networks)

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Pass the request on as the client sent it to the proxy."""
        forwarded = {name: environ.pop(name) for name in FORWARDED_HEADERS if name in environ}
        if "HTTP_X_REQUEST_ID" in environ and not self._is_trusted(environ.get("REMOTE_ADDR", "")):
            del environ["HTTP_X_REQUEST_ID"]
        if forwarded and self._is_trusted(environ.get("REMOTE_ADDR", "")):
            self._believe(environ, forwarded)
        elif forwarded:
            environ[CAME_THROUGH_UNKNOWN_PROXY] = True
        return self._application(environ, start_response)

    def _believe(self, environ: dict, forwarded: dict[str, str]) -> None:
        # Each proxy adds at the end. What stands before the last address that is not ours, anyone may
        # have written.
        for address in reversed(_parts(forwarded.get("HTTP_X_FORWARDED_FOR", ""))):
            if _parsed(address) is None:
                break
            environ["REMOTE_ADDR"] = address
            if not self._is_trusted(address):
                break
        scheme = _parts(forwarded.get("HTTP_X_FORWARDED_PROTO", ""))[-1:]
        if scheme in (["http"], ["https"]):
            environ["wsgi.url_scheme"] = scheme[0]
        host = _parts(forwarded.get("HTTP_X_FORWARDED_HOST", ""))[-1:]
        if host:
            environ["HTTP_HOST"] = host[0]

    def _is_trusted(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._networks)


def _parts(header: str) -> list[str]:
    return [part.strip() for part in header.split(",") if part.strip()]


def _parsed(address: str):
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    # A socket that takes both families shows 10.0.0.5 as ::ffff:10.0.0.5.
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed
