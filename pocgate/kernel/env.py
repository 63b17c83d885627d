"""Settings from the environment; nonsense stops the start and names the variable."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


class Environment:
    """Reads one mapping of variables, `os.environ` unless told otherwise."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self.variables = os.environ if variables is None else variables

    def text(self, name: str, default: str = "") -> str:
        """The variable's text, stripped; the default when unset or empty."""
        return self.variables.get(name, "").strip() or default

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """One of the choices, or a refusal to start that lists them."""
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name}={value!r}: must be one of {', '.join(choices)}.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """A yes or no; anything else refuses to start."""
        value = self.variables.get(name)
        if value is None:
            return default
        word = value.strip().lower()
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
        raise ImproperlyConfigured(f"{name}={value!r}: must be 1 or 0, true or false, yes or no, on or off.")

    def pattern(self, name: str, default: str, *, pattern: str, like: str) -> str:
        """A text that the whole pattern matches; `like` shows one."""
        value = self.text(name, default)
        if re.fullmatch(pattern, value) is None:
            raise ImproperlyConfigured(f"{name}={value!r}: must look like {like}.")
        return value

    def integer(self, name: str, default: int, *, minimum: int, maximum: int | None = None) -> int:
        """A whole number within the bounds, both included."""
        value = self.text(name, str(default))
        number = int(value) if re.fullmatch(r"[0-9]{1,12}", value) else -1
        if number < minimum or (maximum is not None and number > maximum):
            bounds = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
            raise ImproperlyConfigured(f"{name}={value!r}: must be a whole number {bounds}.")
        return number

    def folder(self, name: str, default: Path) -> Path:
        """A folder's absolute path; it need not exist yet, but nothing else may stand there."""
        path = Path(self.text(name, str(default))).expanduser().absolute()
        if path.exists() and not path.is_dir():
            raise ImproperlyConfigured(f"{name}={str(path)!r}: is not a folder.")
        return path

    def words(self, name: str, *, pattern: str = r"\S+", like: str = "one,two") -> list[str]:
        """A comma-separated list, each word matching the pattern; empty when unset."""
        words = [word.strip() for word in self.text(name).split(",") if word.strip()]
        for word in words:
            if re.fullmatch(pattern, word) is None:
                raise ImproperlyConfigured(f"{name}: {word!r} does not look like {like}.")
        return words

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """A comma-separated list of networks such as 10.20.0.0/16; empty when unset."""
        try:
            return [ip_network(word) for word in self.words(name)]
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}; it must look like 10.20.0.0/16,fd00:1::/64.") from error

    def numbers(self, name: str, default: str, *, minimum: int) -> list[int]:
        """A comma-separated list of at least one whole number."""
        words = [word.strip() for word in self.text(name, default).split(",")]
        if not all(re.fullmatch(r"[0-9]{1,9}", word) and int(word) >= minimum for word in words):
            raise ImproperlyConfigured(f"{name}: must be whole numbers of at least {minimum} such as {default}.")
        return [int(word) for word in words]

    def secret(self, name: str) -> str:
        """The variable, or the content of the file that `<name>_FILE` names; empty when neither is set."""
        path = self.text(f"{name}_FILE")
        if not path:
            return self.text(name)
        if self.text(name):
            raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path!r} can not be read: {error.strerror}.") from error

    def zone(self, name: str, default: str) -> str:
        """A time zone of the IANA list."""
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ImproperlyConfigured(f"{name}={value!r}: not a time zone such as Europe/Vienna.") from error
        return value

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's database settings for a `sqlite:///` or `postgresql://` address."""
        url = self.secret(name) or default
        scheme = urlsplit(url).scheme
        if scheme not in {"sqlite", "postgres", "postgresql"}:
            raise ImproperlyConfigured(f"{name}: must begin with sqlite:/// or postgresql://, not {scheme!r}.")
        try:
            config: dict[str, Any] = environ.Env.db_url_config(url)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}.") from error
        if not config["NAME"]:
            raise ImproperlyConfigured(f"{name}: names no database; write postgresql://user@host:5432/name.")
        return config

    def broker(self, name: str) -> str:
        """A Redis address, or empty for the broker that needs no server."""
        url = self.secret(name)
        if url and urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
            raise ImproperlyConfigured(f"{name}: must begin with redis://, rediss:// or unix://.")
        if url:
            self._refuse_bad_port(name, url)
        return url

    @staticmethod
    def _refuse_bad_port(name: str, url: str) -> None:
        try:
            _ = urlsplit(url).port
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}.") from error
