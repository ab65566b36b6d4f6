"""What a run takes from the public record: cases, windows, growth and news, at one address."""

from scenarios.cases import case_file, windows
from scenarios.growth import FitPoint, GrowthCurve, growth_curve
from scenarios.news import SourcedNews, news
from scenarios.public_record import Action, ActionStep, Figure, Record, load_record

__all__ = [
    "Action",
    "ActionStep",
    "Figure",
    "FitPoint",
    "GrowthCurve",
    "Record",
    "SourcedNews",
    "case_file",
    "growth_curve",
    "load_record",
    "news",
    "windows",
]
