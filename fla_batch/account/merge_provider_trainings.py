"""Provider's trainings in the annual declaration (REST manual 3.2 and 3.5). Pure.

A training is validated when the annual declaration holds it with its TrainingProviderReference.
The declaration is a whole photo: so the chosen trainings are merged into everything that the
platform holds for that worker and year, and nothing of it is lost. Decision 0904.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fla_batch.models import Training, TrainingProviderReference, TrainingsDeclaration
from fla_batch.models.trainings import TRAININGS_MAX
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.identifiers import mask_inss


def merged(
    photo: TrainingsDeclaration,
    chosen: Iterable[Training],
    numbered_as: TrainingsDeclaration | None = None,
) -> TrainingsDeclaration:
    """`photo` with the trainings that were chosen, each with a number of its own.

    A training that the photo holds already without the reference gets it, instead of counting
    twice; one that it holds with it stays as it is. Numbers are kept, taken over from
    `numbered_as` for the same trainings, or given. Raises UsageMistake above 999 trainings.
    """
    trainings = [*photo.trainings]
    for training in chosen:
        place = _place_of(training, trainings)
        if place is None:
            trainings.append(
                training.model_copy(
                    update={"processing_state": None, "training_sequence_nbr": None}
                )
            )
        elif trainings[place].training_provider_reference is None:
            reference = {"training_provider_reference": training.training_provider_reference}
            trainings[place] = trainings[place].model_copy(update=reference)
    if len(trainings) > TRAININGS_MAX:
        raise UsageMistake(
            f"worker {mask_inss(photo.key.inss)} would have {len(trainings)} trainings in "
            f"{photo.calendar_year}: a declaration holds at most {TRAININGS_MAX}"
        )
    known = numbered_as.trainings if numbered_as else ()
    return photo.model_copy(update={"trainings": tuple(_numbered(trainings, known))})


def number_of(reference: TrainingProviderReference | None) -> str:
    """The provider's id of a training, in one spelling; empty when there is none."""
    return (reference.provider_training_id or "").lower() if reference else ""


def _place_of(training: Training, trainings: Sequence[Training]) -> int | None:
    """Where the same training stands: with the same reference, else with name and dates."""
    number = number_of(training.training_provider_reference)
    for index, other in enumerate(trainings):
        if number_of(other.training_provider_reference) == number:
            return index
    for index, other in enumerate(trainings):
        if other.training_provider_reference is None and name_of(other) == name_of(training):
            return index
    return None


def _numbered(trainings: Sequence[Training], known: Iterable[Training]) -> Iterator[Training]:
    numbers = {name_of(training): training.training_sequence_nbr for training in known}
    wanted = [
        training.training_sequence_nbr or numbers.pop(name_of(training), None)
        for training in trainings
    ]
    used: set[int] = set()
    for index, number in enumerate(wanted):
        if number is None or number in used:
            wanted[index] = None
        else:
            used.add(number)
    free = (number for number in range(1, TRAININGS_MAX + 1) if number not in used)
    for training, number in zip(trainings, wanted, strict=True):
        given = number if number is not None else next(free)
        yield training.model_copy(update={"training_sequence_nbr": given})


def name_of(training: Training) -> tuple[object, ...]:
    """What makes a training the same one, as for the guard of the annual photo."""
    return (
        (training.training_denomination or "").strip().casefold(),
        training.training_first_start_date,
        training.training_last_end_date,
    )
