-- All that is kept: see ai.metrics_since. For ai_admin and ai_worker.
create view ai.metrics as
select * from ai.metrics_since('-infinity');
comment on view ai.metrics is 'Calls, errors and latencies by operation and action';
grant select on ai.metrics to ai_admin, ai_worker;
