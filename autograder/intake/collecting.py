"""From what was given to hand-ins in their places, with a line for each file that says what became of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from autograder.basics import memory
from autograder.basics.refused import Refused
from autograder.basics.text import brief
from autograder.classroom import names, origins
from autograder.classroom.origins import Origin
from autograder.classroom.roster import Roster
from autograder.classroom.submitted import Submitted
from autograder.handin.notebook import decoded
from autograder.intake import blackboard
from autograder.intake.account import Collected
from autograder.intake.archives import Unpacker
from autograder.intake.attempt import Piece
from autograder.intake.choice import Dated, latest
from autograder.intake.dating import date, signed
from autograder.intake.identity import Class
from autograder.intake.placing import Became, Place
from autograder.intake.reading import File, Kind, Reader
from autograder.intake.recognition import Recogniser
from autograder.lesson.manifest import Lesson

NAMED, SHOWN = 3, 60  # files that a line names, and characters of each
SEVERAL = "several are answered, and none is called {}: keep the one that counts"
BESIDE = {Kind.STUB: "without answers", Kind.UNREADABLE: "cannot be read"}


@dataclass(frozen=True)
class Owned:
    """One student's part in an attempt, and what there is to say of it."""

    dated: Dated
    notes: list[str]


@dataclass(frozen=True)
class Collector:
    """Takes hand-ins of one lesson into the course at `root`."""

    root: Path
    lesson: Lesson
    roster: Roster
    zone: tzinfo
    dry: bool = False
    found: Collected = field(default_factory=Collected)

    def collect(self, sources: Sequence[Path]) -> Collected:
        """Take what there is in these files and folders."""
        submitted = Submitted(self.root / "course" / "submitted", self.lesson.assignment)
        with tempfile.TemporaryDirectory(prefix="autograder-") as folder, memory.limited():
            unpacker = Unpacker()
            files = self._files(Reader(self.lesson, Path(folder), unpacker), sources)
            self.found.passed = unpacker.passed
            students = self._attempts(files, submitted.top)
            taken = [student for student in sorted(students) if self._student(student, students[student])]
        if not self.dry:
            self._note_origins()
        here = {*submitted.students(), *taken}
        self.found.missing = [one for one in self.roster if one.id not in here]
        return self.found

    def _note_origins(self) -> None:
        try:
            origins.add(self.root, self.lesson.assignment, self.found.origins)
        except OSError as error:
            self.found.faults.append(f"where hand-ins came from could not be noted: {error.strerror}")
        except Refused as refusal:
            self.found.faults.append(str(refusal))

    def _files(self, reader: Reader, sources: Sequence[Path]) -> list[File]:
        try:
            return list(reader.files(sources))
        except OSError as error:  # what cannot be read is a file that says so
            raise Refused(f"{reader.folder}: {error.strerror}: TMPDIR names another place to unpack to") from None

    def _attempts(self, files: Sequence[File], top: Path) -> dict[str, list[Owned]]:
        """Who handed what in; what is nobody's is named at once."""
        people = Class(self.roster, tuple(sorted(path.name for path in top.iterdir())) if top.is_dir() else ())
        attempts, left = Recogniser(self.lesson.assignment, people.knows).attempts(files)
        students: dict[str, list[Owned]] = {}
        for attempt in attempts:
            self.found.programs[attempt.program, attempt.within] += 1
            dated = Dated(attempt, date(attempt, self.zone), self.lesson.assignment)
            for student in people.students(signed(attempt)):
                if student.id:
                    students.setdefault(student.id, []).append(Owned(dated, _notes(dated, student.note)))
                else:
                    self._nobodys([piece.file for piece in attempt.pieces], f"no student known: {student.note}")
        self._nobodys(left, "")
        return students

    def _student(self, student: str, owned: Sequence[Owned]) -> bool:
        """Settle what one student handed in; whether they have a hand-in now."""
        attempts = [one.dated for one in owned]
        counts = latest(attempts)
        place = Place(self.root, self.lesson, student, self.dry)
        said = names.shown(student)
        done = False
        try:
            if counts.counting:
                self._counts(place, said, next(one for one in owned if one.dated is counts))
                done = True
            else:
                self._nothing(said, attempts)
            for one in owned:
                for piece in one.dated.attempt.pieces:
                    if one.dated is not counts or piece not in counts.counting:
                        self._beside(place, said, one.dated, piece, counts)
        except OSError as error:
            self._unwritten(said, attempts, error.strerror or str(error))
        return done

    def _unwritten(self, said: str, attempts: Sequence[Dated], why: str) -> None:
        """Name what could not be put in place: all of a student's that has not been named by then."""
        told = {path for path, _ in self.found.lines}
        for file in (piece.file for dated in attempts for piece in dated.attempt.pieces):
            if file.path not in told and file.kind is not Kind.CLONE:
                self.found.line(file, f"{said}'s, but not taken: {why}")
        self.found.faults.append(f"{said}: {why}")

    def _counts(self, place: Place, said: str, owned: Owned) -> None:
        """What became of a student's hand-in."""
        dated = owned.dated
        became, kept = place.put(dated)
        self.found.became[became] += 1
        if became is not Became.OLDER:
            self.found.origins[place.student] = _origin(dated)
        self.found.kept.update(kept)
        self.found.naive |= dated.date.naive
        where = ", ".join(self._where(path) for path in kept)
        text = {
            Became.TAKEN: f"{said}'s hand-in",
            Became.UNCHANGED: f"{said}'s hand-in, which is there already",
            Became.REPLACED: f"{said}'s hand-in; the one before is kept: {where}",
            Became.OLDER: f"older than {said}'s hand-in, or without its answers; kept: {where}",
        }[became]
        for piece in dated.counting:
            notes = [f"cannot be read: {piece.file.why}"] if piece.file.kind is Kind.UNREADABLE else []
            notes += [SEVERAL.format(f"{self.lesson.assignment}.ipynb")] if len(dated.counting) > 1 else []
            self.found.line(piece.file, "; ".join([text, *owned.notes, *notes]))

    def _beside(self, place: Place, said: str, dated: Dated, piece: Piece, counts: Dated) -> None:
        """What became of another file of a student's."""
        file = piece.file
        if file.kind is Kind.FAULT:
            self.found.fault(file, file.why)
        elif file.counts and file.digest in {one.file.digest for one in counts.counting}:
            self.found.line(file, f"{said}'s, the same as what counts")
        elif file.counts:
            about = BESIDE.get(file.kind) or ("beside what counts" if dated is counts else "an older attempt")
            self.found.line(file, f"{said}'s, {about}; kept: {self._keep(place, dated, file)}")
        elif _words(piece, dated):
            self.found.line(file, f"what {said} wrote to go with it; kept: {self._keep(place, dated, file)}")
        elif file.kind is Kind.TEXT and not piece.called:
            self.found.line(file, f"{dated.attempt.program}'s own note")
        elif file.kind is not Kind.CLONE:
            self.found.line(file, f"{said}'s, {self._no(file)}")

    def _nothing(self, said: str, attempts: Sequence[Dated]) -> None:
        files = [piece.file.name for dated in attempts for piece in dated.attempt.pieces if piece.called]
        found = ", ".join(brief(name, SHOWN) for name in files[:NAMED]) + (" …" if len(files) > NAMED else "")
        self.found.faults.append(
            f"{said} has handed in no notebook of {self.lesson.assignment}: found {found or 'nothing'}"
        )

    def _nobodys(self, files: Sequence[File], why: str) -> None:
        for file in files:
            if file.kind is Kind.FAULT:
                self.found.fault(file, file.why)
            elif file.counts:
                self.found.fault(file, why)
            elif file.kind is not Kind.CLONE:
                self.found.line(file, self._no(file))

    def _no(self, file: File) -> str:
        none = f"no notebook of {self.lesson.assignment}"
        return f"{none}: {file.why}" if file.why and ".ipynb" in file.name else none

    def _keep(self, place: Place, dated: Dated, file: File) -> str:
        path = place.keep(file, dated.date.when)
        self.found.kept.add(path)
        return self._where(path)

    def _where(self, path: Path) -> str:
        return str(path.relative_to(self.root))


def _notes(dated: Dated, note: str) -> list[str]:
    late = f"late, as {dated.attempt.program} says" if dated.attempt.late else ""
    unread = f"its time {brief(dated.date.unread, SHOWN)!r} cannot be read" if dated.date.unread else ""
    return [text for text in (note, late, unread) if text]


def _origin(dated: Dated) -> Origin:
    entry = dated.counting[0].file.path[len(dated.attempt.within) :]
    return Origin(dated.attempt.program.casefold(), "/".join(entry))


def _words(piece: Piece, dated: Dated) -> bool:
    """Whether a text holds what its author had to say."""
    if piece.file.kind is not Kind.TEXT:
        return False
    record = dated.attempt.program == "Blackboard" and not piece.called
    return piece.words or (record and blackboard.speaks(decoded(piece.file.content)))
