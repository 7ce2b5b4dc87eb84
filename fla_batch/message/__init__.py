"""A profile's binding, and the writer and reader that are compiled from it."""

from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile, available, load
from fla_batch.message.reader import FormReader, Reading
from fla_batch.message.writer import MessageWriter

__all__ = [
    "FormReader",
    "MessageShape",
    "MessageWriter",
    "Profile",
    "Reading",
    "available",
    "load",
]
