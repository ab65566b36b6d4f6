"""The enrolled templates and the searching of them: vectors and our own ids, nothing else.

What stands here knows no person, photo or law; it can be used without the rest of the project.
"""
