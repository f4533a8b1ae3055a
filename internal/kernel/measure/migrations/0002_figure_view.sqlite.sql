-- One row per current figure.
create view figure as
select p.measure, p.period, json_extract(e.value, '$[0]') as unit,
    case json_extract(e.value, '$[1]') when 0 then 'reported' when 1 then 'suppressed' when 2 then 'not reported' else 'missing' end as status,
    cast(json_extract(e.value, '$[4]') as double precision) as numerator,
    cast(json_extract(e.value, '$[5]') as double precision) as denominator,
    case when json_extract(e.value, '$[1]') <> 0 then null
         when json_extract(e.value, '$[6]') is not null then cast(json_extract(e.value, '$[6]') as double precision)
         when json_extract(e.value, '$[5]') is null then cast(json_extract(e.value, '$[4]') as double precision)
         when json_extract(e.value, '$[5]') > 0 then cast(json_extract(e.value, '$[4]') as double precision) * m.per / json_extract(e.value, '$[5]')
    end as value,
    f.name as source_file, s.place, cast(json_extract(e.value, '$[3]') as bigint) as source_row, f.as_at, f.loaded_at
from figure_part p
join measure m on m.name = p.measure
join json_each(p.body) e
join source_place s on s.no = json_extract(e.value, '$[2]')
join source_file f on f.no = s.file
