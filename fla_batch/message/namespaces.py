"""How namespaces are written: as the default one where that can be, with prefixes where not.

A message in one namespace has it as default. A payload of another namespace changes the default
where it begins. Where unqualified elements stand in a namespace, as XSDs have it unless they say
otherwise, every namespace gets a prefix, so that no element has to take a default back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fla_batch.message.xml_escapes import quoteattr


class Namespaces(NamedTuple):
    """`prefixes` for the namespaces that need one; without, the default is changed."""

    root: str
    prefixes: dict[str, str]

    @classmethod
    def of(cls, root: str, used: Iterable[str], attributes: Iterable[str] = ()) -> Namespaces:
        """For a message whose root is of that namespace, and its elements of those."""
        named = sorted(set(used) - {""})
        needed = named if root and "" in set(used) else sorted(set(attributes) - {""})
        order = sorted(needed, key=lambda namespace: namespace != root)
        return cls(root, {name: f"n{number}" for number, name in enumerate(order, start=1)})

    @property
    def declarations(self) -> str:
        """The attributes of the root that declare prefixes."""
        pairs = self.prefixes.items()
        return "".join(f" xmlns:{prefix}={quoteattr(namespace)}" for namespace, prefix in pairs)

    @property
    def are_prefixed(self) -> bool:
        """True when elements have prefixes."""
        return self.root in self.prefixes

    def tags(self, name: str, namespace: str, around: str | None) -> tuple[str, str, str | None]:
        """Start without its bracket, end, and the default namespace within."""
        if self.are_prefixed:
            prefix = f"{self.prefixes[namespace]}:" if namespace else ""
            return f"<{prefix}{name}", f"</{prefix}{name}>", around
        changed = f" xmlns={quoteattr(namespace)}" if namespace != (around or "") else ""
        return f"<{name}{changed}", f"</{name}>", namespace

    def attribute(self, name: str, namespace: str) -> str:
        """The written name of an attribute."""
        return f"{self.prefixes[namespace]}:{name}" if namespace in self.prefixes else name
