"""The two profiles of the tests: the one that is shipped, and a deliberately different one."""

from __future__ import annotations

from pathlib import Path

from fla_batch.system.profile_record import schemas_folder

SHIPPED = schemas_folder() / "fla-20250131"
OTHER = Path(__file__).parents[1] / "profiles" / "other"
PROFILES = {"shipped": SHIPPED, "other": OTHER}
