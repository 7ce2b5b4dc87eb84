"""What a line of the binding carries: a zone, a constant or a template, and in which format."""

from __future__ import annotations

from fla_batch.message import value_formats as formats
from fla_batch.message.binding_lines import BindingLine
from fla_batch.message.form_tree import WriteCondition
from fla_batch.message.format_options import duration, number, pattern
from fla_batch.message.growing_tree import BlockRow, TextSource
from fla_batch.message.templates import AROUND_NAMES, NAMES, names_in
from fla_batch.message.value_formats import Format
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, zones_of
from fla_batch.vocabulary.errors import ProfileMistake


def text_source(
    line: BindingLine,
    mark: WriteCondition,
    row: BlockRow,
    block: int,
    field_name: str | None,
    listed: tuple[type[Block], str] | None,
) -> TextSource:
    """The text that a line puts into an element. Raises ProfileMistake, which names the line."""
    if line.template is not None:
        known = NAMES if row.models[block] else AROUND_NAMES  # around the forms no model stands
        odd = sorted(names_in(line.template) - {*known})
        if odd:
            raise line.mistake(f"a template here knows {', '.join(known)}, not {', '.join(odd)}")
        return TextSource(line, mark, row, block)
    if line.constant is not None and line.field_name is None:
        if line.when is None:
            return TextSource(line, mark, row, block)
        _, when = field_named(line, row.models[block], line.when)
        return TextSource(line, mark, row, block, when, line.when)
    if field_name is None:  # a zone that the models do not have
        name = str(line.field_name)
        top = row
        while top.above is not None:
            top = top.above
        return TextSource(line, mark, top, 0, name, name, _format(line, formats.FORMATS["text"]))
    model, name = listed or field_named(line, row.models[block])
    form = _format(line, formats.for_annotation(model.model_fields[name].annotation))
    zone = zones_of(model).get(name)
    return TextSource(line, mark, row, block, field_name, line.field_name, form, zone)


def _format(line: BindingLine, usual: Format) -> Format:
    """The format that the line asks for. Raises ProfileMistake when it cannot carry the field."""
    try:
        kind, _, unit = (line.format or "").partition(":")
        if line.pattern is not None:
            form = pattern(line.pattern)
        elif line.options or kind == "number":
            form = number(line.options)
        elif kind == "duration":
            form = duration(unit)
        else:
            form = formats.named(line.format) if line.format else usual
    except ProfileMistake as error:
        raise line.mistake(str(error)) from error
    if form.value is not usual.value:
        raise line.mistake(
            f"the format {form.name} does not fit {line.field_name}, which is usually written as "
            f"{usual.name}"
        )
    return formats.coded(form, line.codes) if line.codes else form


def field_named(
    line: BindingLine, models: tuple[type[Block], ...], name: str | None = None
) -> tuple[type[Block], str]:
    """The model and field that a line names by its JSON name. Raises ProfileMistake."""
    wanted = name or line.field_name
    for model in models:
        for field_name, info in model.model_fields.items():
            if wanted == (info.alias or field_name):
                return model, field_name
    raise line.mistake(f"the models have no field {wanted}")


def exclude(source: TextSource, other: TextSource) -> bool:
    """True when never both have a text: for other kinds of form, or one of two zones."""
    if source.mark.only and other.mark.only and not source.mark.only & other.mark.only:
        return True
    names = {source.field_name, other.field_name}
    return len(names) == 2 and all(_is_one_of_two(each) for each in (source, other))


def _is_one_of_two(source: TextSource) -> bool:
    if source.field_name is None:
        return False
    models = source.row.models[source.block]
    zones = [zones_of(model).get(source.field_name) for model in models]
    return any(zone is not None and zone.presence is Presence.ONE_OF for zone in zones)
