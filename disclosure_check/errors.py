"""The errors a user can meet: one sentence each, with the place and the remedy."""

from __future__ import annotations


class DisclosureCheckError(Exception):
    """Base of all errors that are shown to the user without a traceback."""


class InputError(DisclosureCheckError):
    """This post could not be read or checked; the others go on."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line  # of the post's text, if the message doesn't name the place itself


class RuleError(DisclosureCheckError):
    """This rule file is wrong; nothing can be checked with it."""


class ConfigError(DisclosureCheckError):
    """These options or this configuration are wrong."""
