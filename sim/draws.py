"""Every random stream of a run, by name: the only place where the model's chance comes from.

A draw is a function of (seed, replication, stream, entity, ordinal), see `generators.keyed`. The
list below is explicit, so that adding a stream is a visible decision and renaming code changes
no result.
"""

from __future__ import annotations

from generators.keyed import Streams

STREAMS: dict[str, str] = {
    "photo.clock": "unit exponentials between candidate photos (uploader, photo)",
    "photo.shown": "whether the uploader stands in a photo (uploader, photo)",
    "photo.others": "how many others stand in a photo (uploader, photo)",
    "photo.circle": "from which of the uploader's close ties on (uploader, photo)",
    "photo.keep": "uniform that thins faces to the gallery's totals (uploader, photo and place)",
    "photo.lag": "unit exponential from capture to find (uploader, photo)",
    "photo.platform": "platform on which a photo was posted (uploader, photo)",
    "photo.accept": "uniform that thins the envelope of candidate photos (uploader, photo)",
    "photo.quality": "quality of a photo (uploader, photo)",
    "signal.declared": "the place that somebody declares, or none (uploader, 0)",
    "signal.language": "the language that somebody writes, or none (uploader, 0)",
    "signal.host": "the country of an account's host, or none (uploader, platform)",
    "signal.geotag": "the geotag of a photo, or none (uploader, photo)",
    "signal.caption": "the place that a caption names, or none (uploader, photo)",
    "signal.declared.other": "as signal.declared, of another jurisdiction (uploader, place)",
    "signal.language.other": "as signal.language, of another jurisdiction (uploader, place)",
    "signal.host.other": "as signal.host, of another jurisdiction (uploader, place)",
    "signal.geotag.other": "as signal.geotag, of another jurisdiction (uploader, place)",
    "signal.caption.other": "as signal.caption, of another jurisdiction (uploader, place)",
    "erasure.clock": "unit exponential until an erasure job reaches a template (photo, visit)",
    "store.place": "place of an erased template among a store's rows (photo, visit)",
    "revisit.clock": "unit exponential until a removed photo is found again (photo, visit)",
    "news.clock": "unit exponential until the news informs a person (person)",
    "private.choice": "whether an informed person goes private (person)",
    "private.delay": "unit exponential of the delay before going private (person)",
    "private.spread": "whether a close tie follows (person who went private, tie)",
    "private.spread.acquaintance": "whether an acquaintance follows (the same)",
    "retention.clock": "unit exponential that a template lasts as retention rolls (photo, visit)",
    "suppression.recognise": "whether a find of a listed person is recognised (photo, visit)",
    "suppression.again": "unit exponential until what was refused is found again (photo, visit)",
    "cloak.choice": "whether somebody cloaks what they post (person)",
    "cloak.works": "whether cloaking keeps a template from being found (photo, visit)",
    "private.called": "whether somebody heeds a call to go private (person, call)",
    "notice.told": "whether a notice reaches somebody of whom something is held (person, notice)",
    "request.clock": "unit exponential until an informed person sends a request (person)",
    "request.kind": "whether a request asks for erasure (person)",
    "request.abandon": "whether a photo is demanded and the request given up (person, 0 or 1)",
    "request.answer": "whether the desk answers (person)",
    "desk.time": "time of the day at which a request reaches a desk of clerks (day, request)",
    "desk.service": "unit exponential of the time that a clerk takes (day, request)",
    "desk.arrivals": "requests that reach the desk on a day, real units (day)",
    "search.count": "searches for residents in scope in a week, real units (week)",
    "search.person": "whose face a probe shows (week, search)",
    "search.found": "whether a search finds the probe's person (week, search)",
    "search.background": "whether a search returns somebody else instead (week, search)",
    "law.duration": "how long a stage of a case takes (case, step)",
    "audit.finds": "whether an audit finds what is left of what was to be erased (audit, number)",
    "law.joins": "whether an authority joins another's action (authority)",
    "law.check": "whether an authority's check finds disobedience (case, check)",
    "photo.picture": "which photo of a person a find shows, at pixels (person, ordinal)",
    "probe.picture": "which photo of a person a probe shows, at pixels (week, search)",
    "probe.quality": "quality of a probe, at pixels (week, search)",
    "survey.picture": "which photo of a person a survey searches with (person, day)",
    "survey.quality": "quality of that photo (person, day)",
}


def streams(seed: int, replication: int) -> Streams:
    """Return the model's named streams for one replication."""
    return Streams(seed, replication, tuple(STREAMS))
