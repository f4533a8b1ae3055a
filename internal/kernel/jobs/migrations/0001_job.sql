-- A row is a piece of work. It is due when run_at has come and neither done_at nor failed_at is set; a worker that takes it
-- moves run_at to the end of its lease, so that the work of a worker that died becomes due again by itself.
create table job (
    id text primary key,
    kind text not null,
    key text not null unique,
    body text not null,
    run_at text not null,
    attempt bigint not null default 0,
    done_at text,
    failed_at text,
    error text not null default ''
);

create index job_due on job (run_at, id) where done_at is null and failed_at is null;
