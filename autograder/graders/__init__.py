"""The hidden graders: one pytest file an exercise, written against `student` and `reference`.

Each test is a criterion. The first line of its docstring is the name that the student reads, the rest is the hint
that a failure shows, and `@pytest.mark.points` says what it is worth. Smallest inputs come first.
"""
