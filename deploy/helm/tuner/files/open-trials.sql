SELECT coalesce(sum(
  CASE WHEN study.admitted_at IS NULL THEN 1 ELSE
    least(
      greatest(study.trials - (
        SELECT count(*) FROM tuner_runs run
        WHERE run.study_name = study.study_name AND run.role = 'search' AND run.finalized
      ), 1),
      study.most_workers * TRIALS_PER_WORKER::bigint
    )
  END), 0)::float8
FROM tuner_studies study
WHERE study.finished_at IS NULL AND study.desired_state = 'running'
  AND coalesce(study.resolved ->> 'model', '') <> 'external'
