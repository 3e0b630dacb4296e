"""The configuration in force, and its changes over the API."""

import logging
import threading
from collections.abc import Callable, Mapping

import msgspec

from camerad.config.layers import Layer, merge_patch, overlay, unwrap
from camerad.config.schema import FILE_ONLY, RESTART, Config
from camerad.config.secrets import is_marked, keep_passwords, without_secrets
from camerad.config.validate import SECTIONS, build, key_types
from camerad.errors import InsufficientStorage, InvalidConfig, NotFound
from camerad.storage.backed import BackedFile

Listener = Callable[[Config, Config], None]
"""Takes the configuration before and after a change."""
Guard = Callable[[str, Config, Config], None]
"""Takes the section that is to change, and the configuration before and after."""

logger = logging.getLogger(__name__)


class ConfigStore:
    """What the administrator's file says, and over it what the API changed.

    ``replace`` and ``merge`` write to the disk, so call them in a thread. Several may run at once:
    they take effect one after the other.
    """

    def __init__(self, file: BackedFile, base: Layer, changes: Layer, warnings: list[str]) -> None:
        """``base``, and ``changes`` over it, must be valid; ``load`` sees to that."""
        self.current = _valid(overlay(base, changes))
        self.warnings = warnings
        """What was wrong with the stored changes at the start, for health and the log; nothing,
        once they have been written anew.
        """
        self._file = file
        self._base = base
        self._base_config = _valid(base)
        self._changes = dict(changes)
        self._at_start = self.current
        self._listeners: list[Listener] = []
        self._guards: list[Guard] = []
        self._lock = threading.RLock()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called after every change; gives what ends that.

        It is called in the thread that made the change, before that call returns: it must be
        quick, and hop to the event loop itself if it belongs there.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def guard(self, guard: Guard) -> None:
        """Have ``guard`` called before every change that is valid by itself: what it raises is
        raised to who asked for the change. It is called in whatever thread that is.
        """
        self._guards.append(guard)

    def public(self, section: str | None = None) -> dict[str, object]:
        """All sections, or one, as JSON types without secrets."""
        config = self.current
        shown = config if section is None else getattr(config, _known(section))
        values = without_secrets(shown)
        assert isinstance(values, dict)
        return values

    def replace(self, section: str, body: object) -> list[str]:
        """Put ``body`` in place of all that the API changed in a section.

        Keys that it leaves out are again as the administrator's file or the defaults have them.
        Gives ``restart_required``. Raises ``NotFound`` for the section, ``InvalidConfig`` with
        every fault in its details, ``InsufficientStorage``, and what guards raise; then nothing has
        changed.
        """
        with self._lock:
            return self._change(section, _body(section, body))

    def merge(self, section: str, body: object) -> list[str]:
        """Change only the keys that ``body`` names; else as ``replace``."""
        with self._lock:
            in_force = msgspec.to_builtins(getattr(self.current, _known(section)))
            patch = _body(section, body)
            merged = merge_patch({key: in_force.get(key) for key in patch}, patch)
            return self._change(section, {**self._changes.get(section, {}), **merged})

    @property
    def restart_required(self) -> list[str]:
        """Keys whose value, changed since the start, takes effect with the next one."""
        return [
            f"{section}.{key}"
            for section in SECTIONS
            for key, annotation in key_types(section).items()
            if is_marked(annotation, RESTART)
            and _value(self.current, section, key) != _value(self._at_start, section, key)
        ]

    def _change(self, section: str, body: Mapping[str, object]) -> list[str]:
        if section == "onvif":
            body = keep_passwords(body, self.current.onvif)
        config = self._validated(section, body)
        for guard in self._guards:
            guard(section, self.current, config)
        changes = {**self._changes, section: self._differing(config, section, body)}
        changes = {name: values for name, values in changes.items() if values}
        if changes != self._changes or self.warnings:
            self._write(changes)
            self.warnings = []
            self._changes = changes
            self._adopt(config)
        return self.restart_required

    def _validated(self, section: str, body: Mapping[str, object]) -> Config:
        config, problems = build(overlay(self._base, {**self._changes, section: body}))
        if config is not None:
            problems = [
                f"{section}.{key}: is set in the configuration file, not over the API"
                for key, annotation in key_types(section).items()
                if is_marked(annotation, FILE_ONLY)
                and _value(config, section, key) != _value(self.current, section, key)
            ]
        if config is None or problems:
            raise InvalidConfig("The configuration is not valid", "; ".join(problems))
        return config

    def _differing(
        self, config: Config, section: str, body: Mapping[str, object]
    ) -> dict[str, object]:
        """The keys of ``body`` that are not as they would be without it."""
        values = {key: _value(config, section, key) for key in body}
        return {
            key: msgspec.to_builtins(value)
            for key, value in values.items()
            if value != _value(self._base_config, section, key)
        }

    def _write(self, changes: Layer) -> None:
        try:
            self._file.write(msgspec.json.format(msgspec.json.encode(changes), indent=2))
        except OSError as error:
            reason = error.strerror or "the disk refuses it"
            raise InsufficientStorage(f"The configuration cannot be stored: {reason}") from error

    def _adopt(self, config: Config) -> None:
        old, self.current = self.current, config
        for listener in list(self._listeners):
            try:
                listener(old, config)
            # The change is made: whatever one listener does, all others must hear of it.
            except Exception:
                logger.exception("a part of the daemon did not take its new configuration")


def _known(section: str) -> str:
    if section not in SECTIONS:
        raise NotFound(
            f"There is no configuration section {section!r}", f"Sections: {', '.join(SECTIONS)}"
        )
    return section


def _body(section: str, body: object) -> Mapping[str, object]:
    body = unwrap(_known(section), body)
    if not isinstance(body, Mapping):
        raise InvalidConfig(
            "The configuration is not valid", f"{section}: expected an object with its keys"
        )
    return body


def _value(config: Config, section: str, key: str) -> object:
    return getattr(getattr(config, section), key)


def _valid(layer: Layer) -> Config:
    config, problems = build(layer)
    if config is None:
        raise ValueError("; ".join(problems))
    return config
