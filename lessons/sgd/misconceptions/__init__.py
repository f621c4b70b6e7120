"""The catalogue of misconceptions: wrong answers that are common, and what to tell somebody who gives one.

One module an exercise. An entry is a function, and its name is the entry's id. It is either a wrong answer (`@wrong`),
recognised when a student's function behaves like it wherever it differs from the lesson's, or a sign (`@sign`), a
predicate on what the graders have seen. Its docstring has four parts, separated by blank lines: what seems to be the
matter; a counterexample; a question; the concept behind it. None of them says the answer.
"""
