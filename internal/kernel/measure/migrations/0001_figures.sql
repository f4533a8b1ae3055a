-- Organisations and groups of organisations, numbered in the order in which they are first met.
create table unit (
    no       bigint not null primary key,
    code     text not null unique,
    kind     text not null,
    name     text not null default '',
    status   text not null default '',
    opened   text,
    closed   text,
    postcode text not null default '',
    source   bigint,
    source_row bigint,
    as_at    text not null default ''
);

create index unit_name on unit (kind, name, code);

-- What an older source said of a unit, kept when a newer one says otherwise.
create table unit_superseded (
    code     text not null,
    kind     text not null,
    name     text not null,
    status   text not null,
    opened   text,
    closed   text,
    postcode text not null,
    source   bigint,
    source_row bigint,
    as_at    text not null,
    superseded_by bigint not null,
    superseded_at text not null
);

create index unit_superseded_code on unit_superseded (code);

create table unit_group (
    unit       text not null,
    grp        text not null,
    group_kind text not null,
    from_date  text not null default '',
    to_date    text not null default '',
    source     bigint not null,
    source_row bigint not null,
    as_at      text not null default '',
    primary key (unit, grp, from_date)
);

create index unit_group_grp on unit_group (grp, unit);

create table unit_attribute (
    unit       text not null,
    name       text not null,
    from_date  text not null default '',
    value      text not null,
    note       text not null default '',
    source     bigint not null,
    source_row bigint not null,
    primary key (unit, name, from_date, value)
);

create table source_file (
    no          bigint not null primary key,
    name        text not null,
    sha256      text not null unique,
    bytes       bigint not null,
    format      text not null,
    publication text not null default '',
    publisher   text not null default '',
    licence     text not null default '',
    period_from text not null default '',
    period_to   text not null default '',
    as_at       text not null default '',
    loaded_at   text not null,
    note        text not null default '',
    source_rows bigint not null,
    figures     bigint not null,
    changed     bigint not null default 0,
    rejected    bigint not null
);

create table source_place (
    no    bigint not null primary key,
    file  bigint not null references source_file (no),
    place text not null
);

create table rejection (
    file   bigint not null references source_file (no),
    seq    bigint not null,
    place  text not null,
    line   bigint not null,
    col    text not null,
    content text not null,
    reason text not null,
    primary key (file, seq)
);

-- The declarations of the modules, copied here at start so that SQL users have words and scale.
create table measure (
    name    text not null primary key,
    title   text not null,
    kind    text not null,
    per     double precision not null,
    unit    text not null,
    cadence text not null,
    counts  text not null,
    counted_of text not null,
    source  text not null
);

-- The figures of up to 64 units (unit.no / 64 = part) for one measure and one period, as a JSON array of
-- [unit, status, source_place, row, numerator, denominator, value], trailing nulls left out.
create table figure_part (
    measure text not null,
    period  text not null,
    part    bigint not null,
    stamp   bigint not null,
    body    text not null,
    primary key (measure, period, part)
);

create index figure_part_part on figure_part (part, measure, period);

create index figure_part_stamp on figure_part (stamp, measure, part);

-- Figures that a later statement replaced.
create table figure_superseded (
    measure text not null,
    period  text not null,
    unit    text not null,
    status  bigint not null,
    numerator double precision,
    denominator double precision,
    value   double precision,
    source  bigint not null,
    source_row bigint not null,
    superseded_by bigint not null,
    superseded_at text not null
);

create index figure_superseded_figure on figure_superseded (measure, unit, period);
