"""What uv must be told of pip's settings, which it does not read by itself."""

from __future__ import annotations

import os

# With hashes locked, any index may serve a file.
_ALWAYS = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_LINK_MODE": "copy", "UV_PYTHON_DOWNLOADS": "never"}
_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
}


def from_pip(listed: str) -> dict[str, str]:
    """uv's environment for what `pip config list` answers; what the environment says already stays."""
    settings = dict(_ALWAYS)
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        key = _NAMES.get(name.rpartition(".")[2].lower().replace("_", "-"))
        if key and key not in os.environ:
            words = value.strip("'\"").replace("\\n", " ").split()
            settings[key] = ",".join(words) if key == "UV_FIND_LINKS" else " ".join(words)
    return settings
