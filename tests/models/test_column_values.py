"""Columns become the models that they were made of."""

from __future__ import annotations

import polars as pl
import pytest

from fla_batch.models import DECLARATIONS
from fla_batch.vocabulary.terms import FormKind
from tests.columns import as_columns
from tests.rules.test_column_forms import changed
from tests.sound import SOUND


@pytest.mark.parametrize("kind", SOUND)
def test_models_say_what_their_columns_say(kind: FormKind) -> None:
    model = DECLARATIONS[kind]
    declarations = changed(kind, 1725, 300)
    blocks = as_columns(model, declarations)
    # What holds nothing is absent, in columns and in JSON.
    expected = [each.to_json() for each in declarations]
    assert [each.to_json() for each in blocks.models(model)] == expected
    every_third = pl.Series([number % 3 == 0 for number in range(300)])
    assert [each.to_json() for each in blocks.filter(every_third).models(model)] == expected[::3]
