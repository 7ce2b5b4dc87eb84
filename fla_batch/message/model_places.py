"""From a place in a message to the place in a declaration: which zone an element carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.message.form_tree import Element, FormTree, Repeat, block_paths, elements
from fla_batch.models.zone import Presence
from fla_batch.vocabulary.zone_path import Path

if TYPE_CHECKING:
    from lxml.etree import _Element

Steps = Iterable[tuple[str, int]]
"""Label of each element from the form's own down, and its index among those of its label."""


class ModelPlace(NamedTuple):
    """`path` in the declaration, and the element of the tree that stands for it."""

    path: Path
    element: Element
    paths: tuple[Path, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The path without the indexes of lists."""
        return tuple(step for step in self.path if isinstance(step, str))

    def below(self, label: str) -> ModelPlace | None:
        """The place of an element of that label directly in this one."""
        child = next((each for each in self.element.children if each.name == label), None)
        return None if child is None else _place(child, self.paths, 0)

    @property
    def is_optional(self) -> bool:
        """True when the models let a declaration do without it."""
        if self.element.repeat is not None:
            return True
        zones = [text.zone for text in self.element.zones]
        free = (Presence.OPTIONAL, Presence.ONE_OF)
        return all(zone is not None and zone.presence in free for zone in zones)


def place_at(tree: FormTree, form: Element, steps: Steps) -> ModelPlace:
    """The place at which those steps from the form end, or the nearest one around it.

    `form` is the form of the tree, or what one kind of form has of it.
    """
    found = ModelPlace((), form, tuple(block_paths(tree.blocks, [], ())))
    for label, index in steps:
        child = next((each for each in found.element.children if each.name == label), None)
        if child is None:
            return found
        found = _place(child, found.paths, index)
    return found


def steps_to(element: _Element, depth: int) -> Iterator[tuple[str, int]]:
    """The steps from a form, which stands `depth` elements below the root, to one in it."""
    line = [element, *element.iterancestors()]
    for each in list(reversed(line))[depth + 1 :]:
        before = sum(1 for _ in each.itersiblings(each.tag, preceding=True))
        yield str(each.tag).rpartition("}")[2], before


def _place(element: Element, paths: Sequence[Path], index: int) -> ModelPlace:
    if element.repeat is not None:
        repeat = element.repeat
        here = (*paths[repeat.block], repeat.json_name, index)
        paths = block_paths(repeat.blocks, paths[: repeat.first], here)
        return ModelPlace(here, element, tuple(paths))
    return ModelPlace(_path_of(element, paths), element, tuple(paths))


def _path_of(element: Element, paths: Sequence[Path]) -> Path:
    """That of its zone, its block, or for a wrapper of the first list or zone in it."""
    for inner in (element, *elements(element)):
        for text in inner.zones:
            if text.block < len(paths) and text.field_name:
                return (*paths[text.block], text.json_name)
        if inner.opens:
            return paths[inner.opens[0]] if inner.opens[0] < len(paths) else ()
        if inner.repeat is not None:
            return _list_path(inner.repeat, paths)
    return ()


def _list_path(repeat: Repeat, paths: Sequence[Path]) -> Path:
    return (*paths[repeat.block], repeat.json_name) if repeat.block < len(paths) else ()
