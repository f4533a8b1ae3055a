-- A file’s own page lists the sheets and archive members that it consists of.
create index source_place_file on source_place (file)
