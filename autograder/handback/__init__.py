"""Marks and pages on their way back: tables for people and for an LMS to import, and zips of feedback pages.

In go the gradebook, the Reports, the pages and an LMS's own sheet, and out come files. It gives no mark, and changes
none; of an LMS's sheet it fills in one column.
"""

__all__ = ["commands"]
