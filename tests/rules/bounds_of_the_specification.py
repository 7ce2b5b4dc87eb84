"""The bounds of every zone as the REST manual's tables state them (3.3.3.1 and 3.3.4.1).

Written down a second time on purpose: the rules take theirs from the models.
"""

# Zone, lowest, highest.
INTEGERS = {
    "FlaImportanceCode": (1, 9),
    "Language": (1, 4),
    "RefHoursInWorkingDay": (0, 1400),
    "CalendarYear": (1951, 2099),
    "LegalFlaRightDays": (0, 31200),
    "LegalFlaRightHours": (0, 312000),
    "ComplementarySectorRightDays": (0, 31200),
    "ComplementarySectorRightHours": (0, 312000),
    "ComplementaryEmployerRightDays": (0, 31200),
    "ComplementaryEmployerRightHours": (0, 312000),
    "ActivityCode": (0, 99999),
    "TrainingSequenceNbr": (1, 999),
    "TrainingResult": (1, 5),
    "TrainingLeadingToCertificate": (1, 2),
    "Scope": (1, 2),
    "TrainingDays": (0, 156000),
    "TrainingHours": (0, 1560000),
    "TrainingStatus": (1, 4),
    "TrainingType": (1, 2),
    "TrainingPlace": (1, 4),
}
HALF_DAYS = {
    "LegalFlaRightDays",
    "ComplementarySectorRightDays",
    "ComplementaryEmployerRightDays",
    "TrainingDays",
}
# Zone, shortest, longest; 0 where an empty text says nothing and does no harm.
TEXTS = {
    "WorkingRegulationsRegistryNbr": (1, 200),
    "TrainingDenomination": (3, 500),
    "TrainingReferenceNbr": (0, 500),
    "TrainingOrganiserName": (0, 500),
    "AdditionalInformation": (0, 500),
}
PATTERNS = {"JointCommissionNbr", "ProviderTrainingId"}
NUMBERS = {"CompanyID", "INSS", "TrainingProviderCompanyId"}
DATES = {
    "TrainingFirstStartDate",
    "TrainingLastEndDate",
    "CertificateValidityStartDate",
    "CertificateValidityEndDate",
    "TrainingStartDate",
    "TrainingEndDate",
}
READ_ONLY = {"Source", "LegalFlaRightValidityEndDate", "ProcessingState"}
