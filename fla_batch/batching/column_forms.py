"""Forms of a run from columns of blocks: headers added, written, ready for the spool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fla_batch.batching.column_origins import rows_texts
from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.form_store import SEPARATOR, SpooledForm, worker_number
from fla_batch.message.column_writer import ColumnWriter, fits_columns
from fla_batch.message.extra_zones import (
    EmployerZones,
    constants_of,
    extra_columns,
    extra_texts_of,
)
from fla_batch.message.message_shape import MessageShape
from fla_batch.models import DECLARATIONS
from fla_batch.models.column_values import Blocks
from fla_batch.models.form import FormHeader, Reference
from fla_batch.models.zone import blocks_of, json_name
from fla_batch.vocabulary.input_origin import InputSheet
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

if TYPE_CHECKING:
    import polars as pl

_NOTED = (
    "referenceNbr",
    "identification",
    "formCreationDate",
    "formCreationHour",
    "#kind",
    "companyId",
    "inss",
    "calendarYear",
)
"""The columns of a Note, in its order; the body and its origin follow."""


@dataclass(frozen=True, slots=True)
class ColumnForms:
    """Makes and writes many forms at once; the same bytes as `FormMaker` and `MessageWriter`."""

    maker: FormMaker
    shapes: Mapping[FormKind, MessageShape]
    extras: EmployerZones = field(default_factory=dict)
    _writers: dict[FormKind, ColumnWriter] = field(default_factory=dict)

    def fits(self, kind: FormKind) -> bool:
        """True when forms of that kind can be written by columns."""
        return fits_columns(self.shapes[kind], kind)

    def spooled(
        self,
        kind: FormKind,
        blocks: Blocks,
        numbers: pl.Series,
        sheet: InputSheet | None = None,
    ) -> list[SpooledForm]:
        """The forms with those numbers of the run, of declarations that break no rule.

        `sheet` is the one that they came from, None for no file.
        """
        writer = self._writers.get(kind)
        if writer is None:
            writer = self._writers[kind] = ColumnWriter(
                self.shapes[kind], kind, DECLARATIONS[kind], self._extra_names()
            )
        frame = blocks.frame.with_columns(self._headers(kind, numbers))
        constants = constants_of(self.shapes[kind])
        whole = Blocks(
            frame.with_columns(extra_columns(frame, self.extras, constants)), blocks.inner
        )
        contents = _encoded(writer.forms(whole))
        notes = _encoded(_notes(kind, whole, writer.bodies(whole), sheet))
        workers = map(worker_number, whole.frame["companyId"], whole.frame["inss"])
        return list(map(SpooledForm, contents, notes, workers))

    def _extra_names(self) -> list[str]:
        """The zones that only the XSD knows, in messages of any kind."""
        texts = (text for shape in self.shapes.values() for _, text in extra_texts_of(shape))
        return sorted({text.field_name.removeprefix(EXTRA_ZONE) for text in texts})

    def _headers(self, kind: FormKind, numbers: pl.Series) -> list[pl.Series]:
        """A column for each zone of the header: those of the first form, and what differs."""
        import polars as pl

        given = numbers.to_list()
        first = _zones(self.maker.header(kind, given[0]))
        created = [self.maker.created(number) for number in given]
        columns: dict[str, Any] = {
            name: [value] * len(given) for name, value in first.items() if value is not None
        }
        columns["formCreationDate"] = [moment.date() for moment in created]
        columns["formCreationHour"] = [moment.time() for moment in created]
        columns["referenceNbr"] = [self.maker.reference(kind, number) for number in given]
        return [pl.Series(name, values) for name, values in columns.items()]


def _zones(header: FormHeader) -> Mapping[str, Any]:
    """JSON name -> value, for the zones of a header and of its reference."""
    found: dict[str, Any] = {}
    for block in (header, header.reference or Reference()):
        model = type(block)
        for name in model.model_fields.keys() - blocks_of(model).keys():
            found[json_name(model, name)] = getattr(block, name)
    return found


def _notes(
    kind: FormKind, blocks: Blocks, bodies: pl.Series, sheet: InputSheet | None
) -> pl.Series:
    import polars as pl

    frame = blocks.frame.with_columns(
        pl.lit(kind.value).alias("#kind"),
        pl.col("formCreationHour").dt.to_string("%H:%M:%S%.3f"),
        bodies.alias("#body"),
        pl.lit(sheet.digest if sheet else "").alias("#sheet"),
        (rows_texts(blocks) if sheet else pl.lit("")).alias("#rows"),
    )
    columns = [pl.col(name).cast(pl.String) for name in (*_NOTED, "#body", "#sheet", "#rows")]
    line = pl.concat_str(pl.concat_str(columns, separator=SEPARATOR), pl.lit("\n"))
    return frame.select(line.alias("note"))["note"]


def _encoded(texts: pl.Series) -> list[bytes]:
    import polars as pl

    found: list[bytes] = texts.cast(pl.Binary).to_list()
    return found
