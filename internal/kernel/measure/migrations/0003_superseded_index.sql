-- A file's own page lists what it replaced, and what of it was replaced.
create index figure_superseded_by on figure_superseded (superseded_by);

create index figure_superseded_source on figure_superseded (source)
