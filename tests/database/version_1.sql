BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v3.2.0.a');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'old-1');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MAXIMIZE',1,0);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'units',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(2,2,'units',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,1,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(2,2,'constraints:tuner_failed','0.0');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'tuner_ordinal','0');
INSERT INTO "trial_user_attributes" VALUES(2,2,'tuner_ordinal','1');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,0.81,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,0.86,'FINITE');
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-24 11:26:11.688491','2026-11-24 11:26:11.728442');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-24 11:26:11.734344','2026-11-24 11:26:11.755858');
CREATE TABLE tuner_blobs (
	name TEXT NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE tuner_epochs (
	study_name TEXT NOT NULL, 
	ordinal INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	metrics JSON NOT NULL, 
	seconds DOUBLE NOT NULL, 
	measured_at DOUBLE NOT NULL, 
	worker_id TEXT NOT NULL, 
	PRIMARY KEY (study_name, ordinal, epoch)
);
INSERT INTO "tuner_epochs" VALUES('old-1',0,1,'{"val_accuracy": 0.8}',0.1,2.0,'w');
INSERT INTO "tuner_epochs" VALUES('old-1',0,2,'{"val_accuracy": 0.81}',0.1,3.0,'w');
INSERT INTO "tuner_epochs" VALUES('old-1',1,1,'{"val_accuracy": 0.85}',0.1,2.0,'w');
INSERT INTO "tuner_epochs" VALUES('old-1',1,2,'{"val_accuracy": 0.86}',0.1,3.0,'w');
CREATE TABLE tuner_studies (
	study_name TEXT NOT NULL, 
	space_name TEXT NOT NULL, 
	spec_text TEXT NOT NULL, 
	spec_folder TEXT NOT NULL, 
	spec_digest TEXT NOT NULL, 
	seed INTEGER NOT NULL, 
	trials INTEGER NOT NULL, 
	timeout_s DOUBLE, 
	deadline_at DOUBLE, 
	wish TEXT NOT NULL, 
	mlflow_uri TEXT NOT NULL, 
	mlflow_run_id TEXT, 
	data_digest TEXT, 
	options JSON NOT NULL, 
	outcome JSON, 
	created_at DOUBLE NOT NULL, 
	finished_at DOUBLE, 
	closer TEXT, 
	closing_until DOUBLE NOT NULL, 
	changes INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	PRIMARY KEY (study_name)
);
INSERT INTO "tuner_studies" VALUES('old-1','old','dataset: digits
parameters: {units: [16, 32], epochs: 2, normalization: minmax}
search: {trials: 3, seed: 1, pruner: none}
','.','616e4545219ebafe56948dd66e50ba1fa8f731d8d1787012d244c5e0a315d3b5',1,3,NULL,NULL,'running','sqlite:///mlflow.db',NULL,NULL,'{}',NULL,1.79551957166801238064e+09,NULL,NULL,0.0,1,0);
CREATE TABLE tuner_trials (
	study_name TEXT NOT NULL, 
	ordinal INTEGER NOT NULL, 
	trial_number INTEGER, 
	baseline TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	params JSON, 
	tags JSON, 
	value DOUBLE, 
	best_epoch INTEGER NOT NULL, 
	started_at DOUBLE NOT NULL, 
	finished_at DOUBLE, 
	settled BOOLEAN NOT NULL, 
	worker_id TEXT, 
	lease_until DOUBLE NOT NULL, 
	attempt INTEGER NOT NULL, 
	strikes INTEGER NOT NULL, 
	checkpoint TEXT NOT NULL, 
	repeated INTEGER NOT NULL, 
	mlflow_run_id TEXT, 
	changes INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	recorder TEXT, 
	recording_until DOUBLE NOT NULL, 
	PRIMARY KEY (study_name, ordinal), 
	UNIQUE (study_name, trial_number), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
INSERT INTO "tuner_trials" VALUES('old-1',0,0,'','complete','','{"units": 32, "epochs": 2, "normalization": "minmax"}','{"seed": "7"}',0.81,2,1.79551957168100786207e+09,1.7955195717199935913e+09,1,'w',1.79551963171898794173e+09,1,0,'',0,NULL,5,0,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('old-1',1,1,'','complete','','{"units": 16, "epochs": 2, "normalization": "minmax"}','{"seed": "7"}',0.86,2,1.79551957173298883433e+09,1.79551957174900174134e+09,1,'w',1.79551963174799585347e+09,1,0,'',0,NULL,5,0,NULL,0.0);
CREATE TABLE tuner_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "tuner_version" VALUES(1);
CREATE TABLE tuner_workers (
	worker_id TEXT NOT NULL, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	pid_started_at DOUBLE NOT NULL, 
	device TEXT NOT NULL, 
	study_name TEXT, 
	started_at DOUBLE NOT NULL, 
	seen_at DOUBLE NOT NULL, 
	steady_since DOUBLE NOT NULL, 
	stopped_at DOUBLE, 
	stage TEXT NOT NULL, 
	PRIMARY KEY (worker_id)
);
INSERT INTO "tuner_workers" VALUES('w','vm',19456,1795519569.11,'cpu',NULL,1.79551957167601871495e+09,1.79551957167601871495e+09,1.79551957167601871495e+09,1.79551957175801396365e+09,'starting');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'5.0.0');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE INDEX tuner_trials_worker ON tuner_trials (worker_id);
COMMIT;
