"""Hand-ins come in: a download from an LMS, or whatever else they lie in, and each is put where its student's belongs.

In go archives and folders, and out come files in `course/submitted/`, what came before them in `course/collected/`, and
a line for each file that says what became of it. It trusts no name and no archive, runs nothing, and gives no marks.
"""

__all__ = ["commands"]
