-- One row per current figure.
create view figure as
select p.measure, p.period, e.value ->> 0 as unit,
    case e.value ->> 1 when '0' then 'reported' when '1' then 'suppressed' when '2' then 'not reported' else 'missing' end as status,
    cast(e.value ->> 4 as double precision) as numerator,
    cast(e.value ->> 5 as double precision) as denominator,
    case when e.value ->> 1 <> '0' then null
         when e.value ->> 6 is not null then cast(e.value ->> 6 as double precision)
         when e.value ->> 5 is null then cast(e.value ->> 4 as double precision)
         when cast(e.value ->> 5 as double precision) > 0 then cast(e.value ->> 4 as double precision) * m.per / cast(e.value ->> 5 as double precision)
    end as value,
    f.name as source_file, s.place, cast(e.value ->> 3 as bigint) as source_row, f.as_at, f.loaded_at
from figure_part p
join measure m on m.name = p.measure
cross join lateral jsonb_array_elements(cast(p.body as jsonb)) as e (value)
join source_place s on s.no = cast(e.value ->> 2 as bigint)
join source_file f on f.no = s.file
