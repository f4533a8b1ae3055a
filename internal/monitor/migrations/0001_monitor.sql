-- What the last run found in each indicator: one compact text, so that an indicator that no new file touched is not studied again.
create table monitor_study (
    indicator  text not null primary key,
    stamp      bigint not null,
    basis      text not null,
    latest     text not null,
    shared     text not null,
    units      bigint not null,
    judged     bigint not null,
    placed     bigint not null,
    studied_at text not null,
    body       text not null
);

create table monitor_run (
    no          bigint not null primary key,
    started_at  text not null,
    seconds     double precision not null,
    practices   bigint not null,
    indicators  bigint not null,
    studied     bigint not null,
    series      bigint not null,
    judged      bigint not null,
    threshold   double precision not null,
    budget      double precision not null,
    opened      bigint not null,
    closed      bigint not null,
    open        bigint not null
);

create index monitor_study_shared on monitor_study (indicator) where shared <> '';

-- Signals of one practice and one theme, gathered.
create table concern (
    id         text not null primary key,
    practice   text not null,
    theme      text not null,
    nature     text not null,
    gravity    bigint not null,
    state      text not null,
    headline   text not null,
    began      text not null,
    chance     double precision not null,
    signals    bigint not null,
    opened_at  text not null,
    changed_at text not null,
    closed_at  text not null default '',
    body       text not null
);

create unique index concern_open on concern (practice, theme) where state = 'open';

create index concern_list on concern (state, gravity, chance, id);

create index concern_practice on concern (practice, state, gravity, chance, id);

create table concern_signal (
    concern    text not null references concern (id),
    indicator  text not null,
    kind       text not null,
    nature     text not null,
    chance     double precision not null,
    latest     text not null,
    calm       bigint not null,
    state      text not null,
    opened_at  text not null,
    closed_at  text not null default '',
    body       text not null,
    primary key (concern, indicator, kind)
);
