"""Small real stores on files, one a family of engines: what erasing leaves of a row, in bytes.

Each keeps rows (an id and a vector) as engines of its family do and erases as they do, so that an
audit can look at what stays in its files, and for how long. `sim.gallery.keeping` says of the same
families what the simulation counts with; these are what it is held to.
"""
