"""Times as LMSs say them, in the forms of several countries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dateutil import tz

from autograder.basics.refused import Refused
from autograder.intake.times import moment, written, zone_of

BERLIN = zone_of("Europe/Berlin")
TEN_TWENTY_ONE = [  # in Berlin, on the third of November
    "Nov 3, 2026 1021 AM", "Nov 3, 2026 10:21 AM", "November 3, 2026 1021 AM", "3 November, 2026 1021", "3 Nov 2026 1021",
    "3 nov. 2026 10h21", "3 novembre 2026 10 h 21", "mardi 3 novembre 2026 1021", "3. November 2026 1021",
    "Dienstag, 3. November 2026 10.21 Uhr", "3 de nov. de 2026 1021", "3 nov. 2026 1021 a. m.", "3 november 2026 kl. 1021",
    "dinsdag 3 november 2026 om 10.21 uur", "2026-11-03 1021", "2026年11月3日 1021", "2026-11-03-10-21-00", "3.11.2026 1021",
    "3 listopada 2026 1021", "Nov 03, 2026 1021 am",
]  # fmt: skip
WITH_ZONES = [
    "Tuesday, November 3, 2026 4:21:00 AM EST", "Tuesday, 3 November 2026 09:21:00 o'clock GMT", "1793697660",
    "2026-11-03 01:21:00.123456789 -08:00", "2026-11-03T09:21:00Z", "2026-11-03 10:21:00 +0100",
]  # fmt: skip
NONE = [
    "",
    "garbage",
    "Nov 3, 2026",
    "3-11-2026 1021",
    "Smarch 3, 2026 1021",
    "Nov 33, 2026 1021",
    "Nov 3, 2026 2561",
    "9" * 99,
]
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "fr, short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de, short": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "en, short": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}


@pytest.mark.parametrize("text", TEN_TWENTY_ONE)
def test_a_time_without_a_zone_is_one_of_the_zone_that_is_given(text: str) -> None:
    assert moment(text, BERLIN) == (datetime(2026, 11, 3, 9, 21, tzinfo=UTC), True)


@pytest.mark.parametrize("text", WITH_ZONES)
def test_a_zone_that_is_said_counts(text: str) -> None:
    when, naive = moment(text, BERLIN)
    assert when is not None
    assert (when.replace(microsecond=0), naive) == (datetime(2026, 11, 3, 9, 21, tzinfo=UTC), False)


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_whole_time_is_none(text: str) -> None:
    assert moment(text, BERLIN) == (None, False)


@pytest.mark.parametrize("language", MONTHS)
def test_months_of_many_languages_are_read(language: str) -> None:
    found = [moment(f"3 {month} 2026 2205", tz.UTC)[0] for month in MONTHS[language].split()]
    assert found == [datetime(2026, month, 3, 22, 5, tzinfo=UTC) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("clock", "hour"), [("1221 AM", 0), ("1221 PM", 12), ("121 PM", 13), ("1121 PM", 23), ("021", 0)]
)
def test_hours_are_told_from_minutes(clock: str, hour: int) -> None:
    assert moment(f"Nov 3, 2026 {clock}", tz.UTC) == (datetime(2026, 11, 3, hour, 21, tzinfo=UTC), True)


def test_what_is_written_is_what_nbgrader_writes() -> None:
    assert written(datetime(2026, 11, 3, 9, 21, 5, 7, tzinfo=UTC)) == "2026-11-03 09:21:05 UTC\n"


def test_a_place_that_there_is_not_is_refused() -> None:
    with pytest.raises(Refused, match="'Nowhere' is no time zone: name a place, such as Europe/Berlin"):
        zone_of("Nowhere")
    assert zone_of(None)
