"""The same for machines: JSON, with a token instead of a cookie; described by OpenAPI."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
