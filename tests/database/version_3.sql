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
INSERT INTO "studies" VALUES(1,'done');
INSERT INTO "studies" VALUES(2,'cut');
INSERT INTO "studies" VALUES(3,'live');
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
INSERT INTO "study_directions" VALUES(2,'MAXIMIZE',2,0);
INSERT INTO "study_directions" VALUES(3,'MAXIMIZE',3,0);
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
INSERT INTO "trial_intermediate_values" VALUES(1,1,1,0.2638889,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,2,0.2847222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(3,2,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,2,2,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,3,1,0.15277778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,4,1,0.36458334,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,4,2,0.5763889,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,4,3,0.6631944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(9,4,4,0.6979167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(10,4,5,0.5555556,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(11,4,6,0.7118056,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(12,4,7,0.6770833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(13,4,8,0.7083333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(14,4,9,0.625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(15,4,10,0.7604167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(16,4,11,0.7847222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(17,4,12,0.7708333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(18,4,13,0.7986111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(19,4,14,0.4548611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(20,4,15,0.8020833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(21,4,16,0.8298611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(22,4,17,0.84375,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(23,4,18,0.6631944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(24,4,19,0.7569444,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(25,4,20,0.6736111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(26,4,21,0.875,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(27,4,22,0.6736111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(28,4,23,0.8784722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(29,4,24,0.7673611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(30,4,25,0.7222222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(31,4,26,0.6875,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(32,4,27,0.8993056,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(33,4,28,0.90625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(34,4,29,0.7083333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(35,4,30,0.9097222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(36,4,31,0.9166667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(37,4,32,0.8923611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(38,4,33,0.9131944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(39,4,34,0.8125,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(40,4,35,0.9340278,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(41,4,36,0.8784722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(42,4,37,0.8611111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(43,4,38,0.9201389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(44,4,39,0.8020833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(45,4,40,0.9027778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(46,4,41,0.9270833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(47,4,42,0.9375,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(48,4,43,0.8784722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(49,4,44,0.9166667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(50,4,45,0.9027778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(51,4,46,0.9305556,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(52,4,47,0.7222222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(53,4,48,0.8888889,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(54,4,49,0.8715278,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(55,4,50,0.8576389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(56,4,51,0.8576389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(57,4,52,0.9166667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(58,4,53,0.9166667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(59,4,54,0.8958333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(60,4,55,0.9375,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(61,4,56,0.9201389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(62,4,57,0.90625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(63,4,58,0.9340278,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(64,4,59,0.9444444,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(65,4,60,0.8958333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(66,5,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(67,5,2,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(68,5,3,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(69,5,4,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(70,5,5,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(71,6,1,0.36458334,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(72,6,2,0.5763889,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(73,6,3,0.6631944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(74,6,4,0.6979167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(75,6,5,0.5555556,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(76,6,6,0.7118056,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(77,6,7,0.6770833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(78,6,8,0.7083333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(79,6,9,0.625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(80,6,10,0.7604167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(81,6,11,0.7847222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(82,6,12,0.7708333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(83,6,13,0.7986111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(84,6,14,0.4548611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(85,6,15,0.8020833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(86,6,16,0.8298611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(87,6,17,0.84375,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(88,6,18,0.6631944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(89,6,19,0.7569444,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(90,6,20,0.6736111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(91,6,21,0.875,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(92,6,22,0.6736111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(93,6,23,0.8784722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(94,6,24,0.7673611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(95,6,25,0.7222222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(96,6,26,0.6875,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(97,6,27,0.8993056,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(98,6,28,0.90625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(99,6,29,0.7083333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(100,6,30,0.9097222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(101,6,31,0.9166667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(102,6,32,0.8923611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(103,6,33,0.9131944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(104,6,34,0.8125,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(105,6,35,0.9340278,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(106,6,36,0.8784722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(107,6,37,0.8611111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(108,6,38,0.9201389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(109,6,39,0.8020833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(110,6,40,0.9027778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(111,6,41,0.9270833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(112,6,42,0.9375,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(113,6,43,0.8784722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(114,6,44,0.9166667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(115,6,45,0.9027778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(116,6,46,0.9305556,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(117,6,47,0.7222222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(118,6,48,0.8888889,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(119,6,49,0.8715278,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(120,6,50,0.8576389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(121,6,51,0.8576389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(122,6,52,0.9166667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(123,6,53,0.9166667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(124,6,54,0.8958333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(125,6,55,0.9375,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(126,6,56,0.9201389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(127,6,57,0.90625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(128,6,58,0.9340278,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(129,6,59,0.9444444,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(130,6,60,0.8958333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(131,7,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(132,7,2,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(133,7,3,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(134,7,4,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(135,7,5,0.10069445,'FINITE');
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
INSERT INTO "trial_params" VALUES(1,1,'units',13.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(2,2,'units',10.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(3,3,'units',11.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(4,4,'units',13.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(5,5,'units',10.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(6,6,'units',13.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(7,7,'units',10.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
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
INSERT INTO "trial_system_attributes" VALUES(3,3,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(4,4,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(5,6,'constraints:tuner_failed','0.0');
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
INSERT INTO "trial_user_attributes" VALUES(3,3,'tuner_ordinal','2');
INSERT INTO "trial_user_attributes" VALUES(4,4,'tuner_ordinal','0');
INSERT INTO "trial_user_attributes" VALUES(5,5,'tuner_ordinal','1');
INSERT INTO "trial_user_attributes" VALUES(6,6,'tuner_ordinal','0');
INSERT INTO "trial_user_attributes" VALUES(7,7,'tuner_ordinal','1');
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
INSERT INTO "trial_values" VALUES(1,1,0,0.2847222,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,0.10069445,'FINITE');
INSERT INTO "trial_values" VALUES(3,3,0,0.15277778,'FINITE');
INSERT INTO "trial_values" VALUES(4,4,0,0.9444444,'FINITE');
INSERT INTO "trial_values" VALUES(5,6,0,0.9444444,'FINITE');
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
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-27 01:00:33.885815','2026-11-27 01:00:35.429500');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-27 01:00:35.478069','2026-11-27 01:00:36.403386');
INSERT INTO "trials" VALUES(3,2,1,'PRUNED','2026-11-27 01:00:36.496098','2026-11-27 01:00:37.696371');
INSERT INTO "trials" VALUES(4,0,2,'COMPLETE','2026-11-27 01:02:28.654174','2026-11-27 01:03:03.914515');
INSERT INTO "trials" VALUES(5,1,2,'RUNNING','2026-11-27 01:03:05.645773',NULL);
INSERT INTO "trials" VALUES(6,0,3,'COMPLETE','2026-11-27 01:05:22.103171','2026-11-27 01:06:19.392581');
INSERT INTO "trials" VALUES(7,1,3,'RUNNING','2026-11-27 01:06:21.880683',NULL);
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
INSERT INTO "tuner_epochs" VALUES('done',0,1,'{"loss": 3.0034816, "accuracy": 0.18782608, "val_loss": 1.9133625, "val_accuracy": 0.2638889, "learning_rate": 0.1, "health/layer_1/gradient_norm": 1.683, "health/layer_1/gradient_to_weights": 0.326, "health/layer_1/activation_spread": 0.5589, "health/layer_1/unit_spread": 0.96, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.425, "health/output/gradient_to_weights": 0.128}',7.21778846997040091082e-01,1.79574123528893876073e+09,'host-1-1-6b279a');
INSERT INTO "tuner_epochs" VALUES('done',0,2,'{"loss": 1.9022905, "accuracy": 0.2573913, "val_loss": 1.9585016, "val_accuracy": 0.2847222, "learning_rate": 0.1}',8.86434700078098103404e-03,1.79574123531538510324e+09,'host-1-1-6b279a');
INSERT INTO "tuner_epochs" VALUES('done',1,1,'{"loss": 6.711033, "accuracy": 0.08869565, "val_loss": 2.302728, "val_accuracy": 0.10069445, "learning_rate": 0.1, "health/layer_1/gradient_norm": 0.0, "health/layer_1/gradient_to_weights": 0.0, "health/layer_1/activation_spread": 0.0, "health/layer_1/unit_spread": 0.0, "health/layer_1/dead_units": 1.0, "health/output/gradient_norm": 0.0, "health/output/gradient_to_weights": 0.0}',5.38862872002937365323e-01,1.79574123614184021947e+09,'host-1-1-6b279a');
INSERT INTO "tuner_epochs" VALUES('done',1,2,'{"loss": 2.3035104, "accuracy": 0.08434783, "val_loss": 2.3026576, "val_accuracy": 0.10069445, "learning_rate": 0.1}',2.52630889990541618317e-02,1.79574123620070672034e+09,'host-1-1-6b279a');
INSERT INTO "tuner_epochs" VALUES('done',2,1,'{"loss": 4.4195743, "accuracy": 0.11478261, "val_loss": 2.2447333, "val_accuracy": 0.15277778, "learning_rate": 0.1, "health/layer_1/gradient_norm": 0.8201, "health/layer_1/gradient_to_weights": 0.1518, "health/layer_1/activation_spread": 0.1523, "health/layer_1/unit_spread": 0.9535, "health/layer_1/dead_units": 0.9091, "health/output/gradient_norm": 0.1165, "health/output/gradient_to_weights": 0.02861}',7.2788812399812741205e-01,1.79574123746970772748e+09,'host-1-1-6b279a');
INSERT INTO "tuner_epochs" VALUES('cut',0,1,'{"loss": 2.0851817, "accuracy": 0.2669565, "val_loss": 1.6552266, "val_accuracy": 0.36458334, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.732, "health/layer_1/gradient_to_weights": 0.3608, "health/layer_1/activation_spread": 1.079, "health/layer_1/unit_spread": 0.9493, "health/layer_1/dead_units": 0.6923, "health/output/gradient_norm": 0.8836, "health/output/gradient_to_weights": 0.275}',8.63096818499980145134e+00,1.79574136316794157031e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,2,'{"loss": 1.3519233, "accuracy": 0.52086955, "val_loss": 1.3738683, "val_accuracy": 0.5763889, "learning_rate": 0.05}',3.24970102999941445887e-01,1795741363.88184,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,3,'{"loss": 1.1566696, "accuracy": 0.56869566, "val_loss": 0.927387, "val_accuracy": 0.6631944, "learning_rate": 0.05}',2.91536004999215947464e-01,1.79574136423273921013e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,4,'{"loss": 1.0359157, "accuracy": 0.62869567, "val_loss": 0.8142192, "val_accuracy": 0.6979167, "learning_rate": 0.05}',3.97135489998618140816e-01,1.79574136470160102842e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,5,'{"loss": 1.0483345, "accuracy": 0.6321739, "val_loss": 1.2543226, "val_accuracy": 0.5555556, "learning_rate": 0.05}',3.36551273998338729143e-01,1.79574136505709052087e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,6,'{"loss": 0.9863362, "accuracy": 0.67130435, "val_loss": 0.78386104, "val_accuracy": 0.7118056, "learning_rate": 0.05}',2.30745068001851905137e-01,1.7957413655168404579e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,7,'{"loss": 0.9952837, "accuracy": 0.666087, "val_loss": 0.9967898, "val_accuracy": 0.6770833, "learning_rate": 0.05}',2.51086688000214053317e-01,1.79574136585058021552e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,8,'{"loss": 1.0055934, "accuracy": 0.6686956, "val_loss": 0.8406486, "val_accuracy": 0.7083333, "learning_rate": 0.05}',5.20349893999082269147e-01,1.79574136653019356731e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,9,'{"loss": 0.8922198, "accuracy": 0.70173913, "val_loss": 1.0889562, "val_accuracy": 0.625, "learning_rate": 0.05}',2.88630471000942634418e-01,1.79574136692866373064e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,10,'{"loss": 0.77067417, "accuracy": 0.73130435, "val_loss": 0.8233256, "val_accuracy": 0.7604167, "learning_rate": 0.05}',8.48117280002043116837e-02,1.79574136721743154521e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,11,'{"loss": 0.85392207, "accuracy": 0.7104348, "val_loss": 0.6249893, "val_accuracy": 0.7847222, "learning_rate": 0.05}',0.813290281999798,1.79574136804136681557e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,12,'{"loss": 0.85131836, "accuracy": 0.69652176, "val_loss": 0.73341346, "val_accuracy": 0.7708333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.088, "health/layer_1/gradient_to_weights": 0.1794, "health/layer_1/activation_spread": 2.86, "health/layer_1/unit_spread": 0.9423, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.5282, "health/output/gradient_to_weights": 0.1457}',0.569057349999639,1.79574136874609565739e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,13,'{"loss": 0.7456354, "accuracy": 0.73826087, "val_loss": 0.64406943, "val_accuracy": 0.7986111, "learning_rate": 0.05}',1.38560886000050231814e-01,1.79574136894432711598e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,14,'{"loss": 1.2472589, "accuracy": 0.5791304, "val_loss": 1.3774706, "val_accuracy": 0.4548611, "learning_rate": 0.05}',2.51757035999617073684e-01,1.79574136926871418947e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,15,'{"loss": 0.7805222, "accuracy": 0.72, "val_loss": 0.6126679, "val_accuracy": 0.8020833, "learning_rate": 0.05}',3.7281712199910543859e-01,1.79574136975223517414e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,16,'{"loss": 0.67129374, "accuracy": 0.7782609, "val_loss": 0.7072819, "val_accuracy": 0.8298611, "learning_rate": 0.05}',4.99125210000784136354e-01,1.79574137031052970888e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,17,'{"loss": 0.89348906, "accuracy": 0.76086956, "val_loss": 0.60074925, "val_accuracy": 0.84375, "learning_rate": 0.05}',2.63408422000793507322e-01,1.79574137070068860048e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,18,'{"loss": 0.6752914, "accuracy": 0.82173914, "val_loss": 1.1062518, "val_accuracy": 0.6631944, "learning_rate": 0.05, "health/layer_1/gradient_norm": 2.362, "health/layer_1/gradient_to_weights": 0.3563, "health/layer_1/activation_spread": 2.924, "health/layer_1/unit_spread": 0.9422, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 3.566, "health/output/gradient_to_weights": 0.965}',3.13140112000837689265e-01,1.79574137116924738887e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,19,'{"loss": 0.6112265, "accuracy": 0.82086957, "val_loss": 0.8801462, "val_accuracy": 0.7569444, "learning_rate": 0.05}',7.16233217000990407541e-01,1.79574137205781936645e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,20,'{"loss": 0.499011, "accuracy": 0.85826087, "val_loss": 1.5443975, "val_accuracy": 0.6736111, "learning_rate": 0.05}',5.15821567998500540852e-01,1.79574137267934679984e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,21,'{"loss": 0.5337761, "accuracy": 0.85391307, "val_loss": 0.4117468, "val_accuracy": 0.875, "learning_rate": 0.05}',3.00099246000172570347e-01,1.79574137314036679272e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,22,'{"loss": 0.6192874, "accuracy": 0.8356522, "val_loss": 1.6585193, "val_accuracy": 0.6736111, "learning_rate": 0.05}',2.51952362003066809847e-01,1.79574137348479580872e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,23,'{"loss": 0.45902374, "accuracy": 0.87130433, "val_loss": 0.35967574, "val_accuracy": 0.8784722, "learning_rate": 0.05}',1.93582500000047730281e-01,1.79574137376849341397e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,24,'{"loss": 0.4726141, "accuracy": 0.87391305, "val_loss": 0.8492291, "val_accuracy": 0.7673611, "learning_rate": 0.05, "health/layer_1/gradient_norm": 2.881, "health/layer_1/gradient_to_weights": 0.4024, "health/layer_1/activation_spread": 3.546, "health/layer_1/unit_spread": 0.9414, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 2.058, "health/output/gradient_to_weights": 0.5313}',7.27432189996761735528e-02,1.79574137395199942592e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,25,'{"loss": 0.6138535, "accuracy": 0.84695655, "val_loss": 0.8933795, "val_accuracy": 0.7222222, "learning_rate": 0.05}',1.79092360001959605142e-01,1.79574137415857410429e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,26,'{"loss": 0.47646117, "accuracy": 0.8730435, "val_loss": 1.8267305, "val_accuracy": 0.6875, "learning_rate": 0.05}',1.35811487998580560088e-01,1.79574137440858077998e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,27,'{"loss": 0.4977973, "accuracy": 0.86, "val_loss": 0.32305387, "val_accuracy": 0.8993056, "learning_rate": 0.05}',2.59327409999968949705e-01,1.79574137483613514897e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,28,'{"loss": 0.40851012, "accuracy": 0.88521737, "val_loss": 0.27872413, "val_accuracy": 0.90625, "learning_rate": 0.05}',1.72303184997872449457e-01,1.79574137506754159931e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,29,'{"loss": 0.54186493, "accuracy": 0.8521739, "val_loss": 1.0994506, "val_accuracy": 0.7083333, "learning_rate": 0.05}',2.76750731001811800524e-01,1.79574137556049776075e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,30,'{"loss": 0.44423068, "accuracy": 0.88, "val_loss": 0.36759913, "val_accuracy": 0.9097222, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.057, "health/layer_1/gradient_to_weights": 0.1388, "health/layer_1/activation_spread": 4.452, "health/layer_1/unit_spread": 0.9361, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.9932, "health/output/gradient_to_weights": 0.2424}',1.90244815999903948977e-01,1.79574137586888551718e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,31,'{"loss": 0.57600343, "accuracy": 0.85826087, "val_loss": 0.42681646, "val_accuracy": 0.9166667, "learning_rate": 0.05}',1.19908861997828353196e-01,1.79574137601994681355e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,32,'{"loss": 0.3657147, "accuracy": 0.89391303, "val_loss": 0.48179722, "val_accuracy": 0.8923611, "learning_rate": 0.05}',2.65906241998891346156e-01,1.79574137634070134161e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,33,'{"loss": 0.3335453, "accuracy": 0.90434784, "val_loss": 0.35033542, "val_accuracy": 0.9131944, "learning_rate": 0.05}',1.41331460999936098232e-01,1.79574137664086031914e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,34,'{"loss": 0.4503445, "accuracy": 0.87826085, "val_loss": 0.7939502, "val_accuracy": 0.8125, "learning_rate": 0.05}',7.57505600013246294111e-02,1.79574137681402897837e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,35,'{"loss": 0.42673114, "accuracy": 0.8834783, "val_loss": 0.252106, "val_accuracy": 0.9340278, "learning_rate": 0.05}',9.05043009988730773329e-02,1.79574137697296977046e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,36,'{"loss": 0.36914712, "accuracy": 0.90434784, "val_loss": 0.3797715, "val_accuracy": 0.8784722, "learning_rate": 0.05, "health/layer_1/gradient_norm": 2.645, "health/layer_1/gradient_to_weights": 0.3294, "health/layer_1/activation_spread": 4.93, "health/layer_1/unit_spread": 0.9288, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 1.598, "health/output/gradient_to_weights": 0.3721}',1.96739332997822202742e-01,1.7957413772857589722e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,37,'{"loss": 0.35576895, "accuracy": 0.90782607, "val_loss": 0.48779052, "val_accuracy": 0.8611111, "learning_rate": 0.05}',5.4324651002389146015e-02,1.79574137738163757327e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,38,'{"loss": 0.30452204, "accuracy": 0.91565216, "val_loss": 0.3157626, "val_accuracy": 0.9201389, "learning_rate": 0.05}',1.21844282999518327414e-01,1.79574137758751273155e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,39,'{"loss": 0.25084698, "accuracy": 0.9217391, "val_loss": 0.8538668, "val_accuracy": 0.8020833, "learning_rate": 0.05}',3.21410026997909881174e-01,1.79574137797693419451e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,40,'{"loss": 0.43612075, "accuracy": 0.89304346, "val_loss": 0.40511757, "val_accuracy": 0.9027778, "learning_rate": 0.05}',2.78995500000746687874e-01,1.79574137839460515973e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,41,'{"loss": 0.45216358, "accuracy": 0.89304346, "val_loss": 0.2630031, "val_accuracy": 0.9270833, "learning_rate": 0.05}',5.65031820005970075726e-02,1.79574137856632828707e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,42,'{"loss": 0.2955885, "accuracy": 0.9295652, "val_loss": 0.2976921, "val_accuracy": 0.9375, "learning_rate": 0.05, "health/layer_1/gradient_norm": 0.898, "health/layer_1/gradient_to_weights": 0.1065, "health/layer_1/activation_spread": 4.976, "health/layer_1/unit_spread": 0.9322, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.8137, "health/output/gradient_to_weights": 0.1845}',1.84272900005453266203e-02,1.79574137861668062209e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,43,'{"loss": 0.64956975, "accuracy": 0.85391307, "val_loss": 0.4698194, "val_accuracy": 0.8784722, "learning_rate": 0.05}',1.8595911499869544059e-01,1.79574137887030792237e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,44,'{"loss": 0.35502785, "accuracy": 0.91913044, "val_loss": 0.37092847, "val_accuracy": 0.9166667, "learning_rate": 0.05}',1.48719326996797462925e-01,1.79574137909909844392e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,45,'{"loss": 0.29333934, "accuracy": 0.9217391, "val_loss": 0.38996616, "val_accuracy": 0.9027778, "learning_rate": 0.05}',1.80908763999468646943e-01,1.79574137934064149858e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,46,'{"loss": 0.26551074, "accuracy": 0.92347825, "val_loss": 0.32164854, "val_accuracy": 0.9305556, "learning_rate": 0.05}',1.32721525002125417813e-01,1.79574137952058792118e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,47,'{"loss": 0.29796052, "accuracy": 0.92, "val_loss": 1.6887476, "val_accuracy": 0.7222222, "learning_rate": 0.05}',1.94500618003075942397e-01,1.7957413798095371723e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,48,'{"loss": 0.29265746, "accuracy": 0.92347825, "val_loss": 0.4473968, "val_accuracy": 0.8888889, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.607, "health/layer_1/gradient_to_weights": 0.1814, "health/layer_1/activation_spread": 5.59, "health/layer_1/unit_spread": 0.9314, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 1.796, "health/output/gradient_to_weights": 0.393}',0.259309884000686,1.79574138016102862356e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,49,'{"loss": 0.28109342, "accuracy": 0.9243478, "val_loss": 0.45631287, "val_accuracy": 0.8715278, "learning_rate": 0.05}',2.03097793000779347494e-01,1.79574138047280812261e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,50,'{"loss": 0.23483045, "accuracy": 0.93130434, "val_loss": 0.72715974, "val_accuracy": 0.8576389, "learning_rate": 0.05}',2.76257319001160794869e-01,1.79574138082440137864e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,51,'{"loss": 0.27426234, "accuracy": 0.93652177, "val_loss": 0.47502008, "val_accuracy": 0.8576389, "learning_rate": 0.05}',1.77188285997544880956e-01,1.79574138111762857429e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,52,'{"loss": 0.4460306, "accuracy": 0.90434784, "val_loss": 0.39166093, "val_accuracy": 0.9166667, "learning_rate": 0.05}',6.68435080006020143628e-02,1.79574138128587198256e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,53,'{"loss": 0.45261335, "accuracy": 0.89652175, "val_loss": 0.44189328, "val_accuracy": 0.9166667, "learning_rate": 0.05}',1.7238002999874879606e-01,1.79574138156616163256e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,54,'{"loss": 0.34006387, "accuracy": 0.9147826, "val_loss": 0.36140415, "val_accuracy": 0.8958333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.015, "health/layer_1/gradient_to_weights": 0.1095, "health/layer_1/activation_spread": 5.297, "health/layer_1/unit_spread": 0.933, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.5307, "health/output/gradient_to_weights": 0.1138}',1.2449509400175884366e-01,1.79574138176520228379e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,55,'{"loss": 0.23874554, "accuracy": 0.93652177, "val_loss": 0.35817412, "val_accuracy": 0.9375, "learning_rate": 0.05}',0.0971470929980569,1.79574138198189806937e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,56,'{"loss": 0.19391792, "accuracy": 0.9504348, "val_loss": 0.3451441, "val_accuracy": 0.9201389, "learning_rate": 0.05}',8.83738820011785719543e-02,1.79574138214971232418e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,57,'{"loss": 0.2612553, "accuracy": 0.93043476, "val_loss": 0.40519872, "val_accuracy": 0.90625, "learning_rate": 0.05}',9.95562569987669121474e-02,1.79574138237662935262e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,58,'{"loss": 0.23871583, "accuracy": 0.9295652, "val_loss": 0.24210612, "val_accuracy": 0.9340278, "learning_rate": 0.05}',6.92421969979477580636e-02,1.7957413824690520763e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,59,'{"loss": 0.25998878, "accuracy": 0.9182609, "val_loss": 0.25942454, "val_accuracy": 0.9444444, "learning_rate": 0.05}',9.42296859975613187998e-02,1.7957413825821964741e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',0,60,'{"loss": 0.20843899, "accuracy": 0.9443478, "val_loss": 0.51934826, "val_accuracy": 0.8958333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.661, "health/layer_1/gradient_to_weights": 0.1747, "health/layer_1/activation_spread": 5.633, "health/layer_1/unit_spread": 0.9295, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 2.372, "health/output/gradient_to_weights": 0.4972}',1.1210736100110807456e-01,1.7957413827211403846e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',1,1,'{"loss": 2.834376, "accuracy": 0.08608696, "val_loss": 2.30241, "val_accuracy": 0.10069445, "learning_rate": 0.05, "health/layer_1/gradient_norm": 0.01537, "health/layer_1/gradient_to_weights": 0.003404, "health/layer_1/activation_spread": 0.0164, "health/layer_1/unit_spread": 0.9487, "health/layer_1/dead_units": 0.9, "health/output/gradient_norm": 0.01371, "health/output/gradient_to_weights": 0.004288}',3.80608057800054666586e+00,1.79574139121876835819e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',1,2,'{"loss": 2.3036053, "accuracy": 0.07652174, "val_loss": 2.3023846, "val_accuracy": 0.10069445, "learning_rate": 0.05}',1.0609458399994764477e-01,1.79574139147990441325e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',1,3,'{"loss": 2.3034837, "accuracy": 0.08260869, "val_loss": 2.302451, "val_accuracy": 0.10069445, "learning_rate": 0.05}',0.0646795499997097,1.79574139164243245124e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',1,4,'{"loss": 2.303314, "accuracy": 0.094782606, "val_loss": 2.3024924, "val_accuracy": 0.10069445, "learning_rate": 0.05}',6.29912300064461305737e-03,1.79574139165534687047e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('cut',1,5,'{"loss": 2.3032553, "accuracy": 0.083478265, "val_loss": 2.3025775, "val_accuracy": 0.10069445, "learning_rate": 0.05}',9.5497006001096451655e-02,1.79574139178159070009e+09,'host-cut-1');
INSERT INTO "tuner_epochs" VALUES('live',0,1,'{"loss": 2.0851817, "accuracy": 0.2669565, "val_loss": 1.6552266, "val_accuracy": 0.36458334, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.732, "health/layer_1/gradient_to_weights": 0.3608, "health/layer_1/activation_spread": 1.079, "health/layer_1/unit_spread": 0.9493, "health/layer_1/dead_units": 0.6923, "health/output/gradient_norm": 0.8836, "health/output/gradient_to_weights": 0.275}',1.44012207699997816234e+01,1.79574154561662936214e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,2,'{"loss": 1.3519233, "accuracy": 0.52086955, "val_loss": 1.3738683, "val_accuracy": 0.5763889, "learning_rate": 0.05}',6.07947434000379871577e-01,1.79574154668549180024e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,3,'{"loss": 1.1566696, "accuracy": 0.56869566, "val_loss": 0.927387, "val_accuracy": 0.6631944, "learning_rate": 0.05}',2.76976550998369930312e-01,1.79574154742170476913e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,4,'{"loss": 1.0359157, "accuracy": 0.62869567, "val_loss": 0.8142192, "val_accuracy": 0.6979167, "learning_rate": 0.05}',7.03558429002441698685e-01,1.79574154846279478072e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,5,'{"loss": 1.0483345, "accuracy": 0.6321739, "val_loss": 1.2543226, "val_accuracy": 0.5555556, "learning_rate": 0.05}',4.08939787001145305112e-01,1.79574154927822613719e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,6,'{"loss": 0.9863362, "accuracy": 0.67130435, "val_loss": 0.78386104, "val_accuracy": 0.7118056, "learning_rate": 0.05}',6.48142168000049423426e-01,1.79574155023702454565e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,7,'{"loss": 0.9952837, "accuracy": 0.666087, "val_loss": 0.9967898, "val_accuracy": 0.6770833, "learning_rate": 0.05}',4.70187466002244036644e-01,1.79574155112569141387e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,8,'{"loss": 1.0055934, "accuracy": 0.6686956, "val_loss": 0.8406486, "val_accuracy": 0.7083333, "learning_rate": 0.05}',7.58708708999620284885e-01,1.79574155196679568287e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,9,'{"loss": 0.8922198, "accuracy": 0.70173913, "val_loss": 1.0889562, "val_accuracy": 0.625, "learning_rate": 0.05}',2.61958687002334045246e-01,1.79574155246841478351e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,10,'{"loss": 0.77067417, "accuracy": 0.73130435, "val_loss": 0.8233256, "val_accuracy": 0.7604167, "learning_rate": 0.05}',3.04048827998485649004e-01,1.7957415529571280479e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,11,'{"loss": 0.85392207, "accuracy": 0.7104348, "val_loss": 0.6249893, "val_accuracy": 0.7847222, "learning_rate": 0.05}',4.14680920999671798199e-01,1.7957415537421164513e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,12,'{"loss": 0.85131836, "accuracy": 0.69652176, "val_loss": 0.73341346, "val_accuracy": 0.7708333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.088, "health/layer_1/gradient_to_weights": 0.1794, "health/layer_1/activation_spread": 2.86, "health/layer_1/unit_spread": 0.9423, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.5282, "health/output/gradient_to_weights": 0.1457}',5.26570170000923098996e-01,1.79574155452189731596e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,13,'{"loss": 0.7456354, "accuracy": 0.73826087, "val_loss": 0.64406943, "val_accuracy": 0.7986111, "learning_rate": 0.05}',1.99551325599895790219e+00,1.79574155688732743259e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,14,'{"loss": 1.2472589, "accuracy": 0.5791304, "val_loss": 1.3774706, "val_accuracy": 0.4548611, "learning_rate": 0.05}',3.94782619001489365473e-01,1.795741557524785757e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,15,'{"loss": 0.7805222, "accuracy": 0.72, "val_loss": 0.6126679, "val_accuracy": 0.8020833, "learning_rate": 0.05}',6.02561497002170654013e-01,1.79574155824207353591e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,16,'{"loss": 0.67129374, "accuracy": 0.7782609, "val_loss": 0.7072819, "val_accuracy": 0.8298611, "learning_rate": 0.05}',8.31400286999269155785e-01,1.79574155962947201725e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,17,'{"loss": 0.89348906, "accuracy": 0.76086956, "val_loss": 0.60074925, "val_accuracy": 0.84375, "learning_rate": 0.05}',6.93380704000446712598e-01,1.79574156041740345957e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,18,'{"loss": 0.6752914, "accuracy": 0.82173914, "val_loss": 1.1062518, "val_accuracy": 0.6631944, "learning_rate": 0.05, "health/layer_1/gradient_norm": 2.362, "health/layer_1/gradient_to_weights": 0.3563, "health/layer_1/activation_spread": 2.924, "health/layer_1/unit_spread": 0.9422, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 3.566, "health/output/gradient_to_weights": 0.965}',4.40787652001745300367e-01,1.79574156125047254559e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,19,'{"loss": 0.6112265, "accuracy": 0.82086957, "val_loss": 0.8801462, "val_accuracy": 0.7569444, "learning_rate": 0.05}',6.03771640002378262579e-01,1.79574156213246703154e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,20,'{"loss": 0.499011, "accuracy": 0.85826087, "val_loss": 1.5443975, "val_accuracy": 0.6736111, "learning_rate": 0.05}',3.94941165002819616347e-01,1.79574156267841243748e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,21,'{"loss": 0.5337761, "accuracy": 0.85391307, "val_loss": 0.4117468, "val_accuracy": 0.875, "learning_rate": 0.05}',0.523190481999336,1.79574156340903425214e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,22,'{"loss": 0.6192874, "accuracy": 0.8356522, "val_loss": 1.6585193, "val_accuracy": 0.6736111, "learning_rate": 0.05}',5.180745649995515123e-01,1.79574156421298789972e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,23,'{"loss": 0.45902374, "accuracy": 0.87130433, "val_loss": 0.35967574, "val_accuracy": 0.8784722, "learning_rate": 0.05}',5.23687670000072102993e-01,1.7957415649008548259e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,24,'{"loss": 0.4726141, "accuracy": 0.87391305, "val_loss": 0.8492291, "val_accuracy": 0.7673611, "learning_rate": 0.05, "health/layer_1/gradient_norm": 2.881, "health/layer_1/gradient_to_weights": 0.4024, "health/layer_1/activation_spread": 3.546, "health/layer_1/unit_spread": 0.9414, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 2.058, "health/output/gradient_to_weights": 0.5313}',8.28404883999610319733e-01,1.79574156607783484455e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,25,'{"loss": 0.6138535, "accuracy": 0.84695655, "val_loss": 0.8933795, "val_accuracy": 0.7222222, "learning_rate": 0.05}',3.07803101000899914652e-01,1.79574156652616119382e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,26,'{"loss": 0.47646117, "accuracy": 0.8730435, "val_loss": 1.8267305, "val_accuracy": 0.6875, "learning_rate": 0.05}',5.80868409997492562979e-02,1.7957415666850495338e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,27,'{"loss": 0.4977973, "accuracy": 0.86, "val_loss": 0.32305387, "val_accuracy": 0.8993056, "learning_rate": 0.05}',3.20983835001243278384e-01,1.79574156710485577587e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,28,'{"loss": 0.40851012, "accuracy": 0.88521737, "val_loss": 0.27872413, "val_accuracy": 0.90625, "learning_rate": 0.05}',2.6301761300055659376e-01,1.79574156747125577931e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,29,'{"loss": 0.54186493, "accuracy": 0.8521739, "val_loss": 1.0994506, "val_accuracy": 0.7083333, "learning_rate": 0.05}',0.206469870001456,1.79574156779666280745e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,30,'{"loss": 0.44423068, "accuracy": 0.88, "val_loss": 0.36759913, "val_accuracy": 0.9097222, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.057, "health/layer_1/gradient_to_weights": 0.1388, "health/layer_1/activation_spread": 4.452, "health/layer_1/unit_spread": 0.9361, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.9932, "health/output/gradient_to_weights": 0.2424}',5.09327709987701382488e-02,1.79574156792495584489e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,31,'{"loss": 0.57600343, "accuracy": 0.85826087, "val_loss": 0.42681646, "val_accuracy": 0.9166667, "learning_rate": 0.05}',1.89903028000117046758e-01,1.79574156815810441964e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,32,'{"loss": 0.3657147, "accuracy": 0.89391303, "val_loss": 0.48179722, "val_accuracy": 0.8923611, "learning_rate": 0.05}',1.37069914999301545321e-01,1.79574156840273666379e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,33,'{"loss": 0.3335453, "accuracy": 0.90434784, "val_loss": 0.35033542, "val_accuracy": 0.9131944, "learning_rate": 0.05}',1.01462774000538047403e-01,1.7957415685528428555e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,34,'{"loss": 0.4503445, "accuracy": 0.87826085, "val_loss": 0.7939502, "val_accuracy": 0.8125, "learning_rate": 0.05}',3.67908963002264499664e-01,1.79574156915472197531e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,35,'{"loss": 0.42673114, "accuracy": 0.8834783, "val_loss": 0.252106, "val_accuracy": 0.9340278, "learning_rate": 0.05}',2.10187278000375954434e-01,1.79574156962063336377e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,36,'{"loss": 0.36914712, "accuracy": 0.90434784, "val_loss": 0.3797715, "val_accuracy": 0.8784722, "learning_rate": 0.05, "health/layer_1/gradient_norm": 2.645, "health/layer_1/gradient_to_weights": 0.3294, "health/layer_1/activation_spread": 4.93, "health/layer_1/unit_spread": 0.9288, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 1.598, "health/output/gradient_to_weights": 0.3721}',1.50072345000808127224e-01,1.79574156982584381102e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,37,'{"loss": 0.35576895, "accuracy": 0.90782607, "val_loss": 0.48779052, "val_accuracy": 0.8611111, "learning_rate": 0.05}',1.88111476996709825471e-01,1.79574157006034326551e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,38,'{"loss": 0.30452204, "accuracy": 0.91565216, "val_loss": 0.3157626, "val_accuracy": 0.9201389, "learning_rate": 0.05}',0.329849865000142,1.7957415704608476162e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,39,'{"loss": 0.25084698, "accuracy": 0.9217391, "val_loss": 0.8538668, "val_accuracy": 0.8020833, "learning_rate": 0.05}',2.53124921000562608242e-01,1.79574157086041879651e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,40,'{"loss": 0.43612075, "accuracy": 0.89304346, "val_loss": 0.40511757, "val_accuracy": 0.9027778, "learning_rate": 0.05}',1.94879274000413715839e-01,1.79574157114237809183e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,41,'{"loss": 0.45216358, "accuracy": 0.89304346, "val_loss": 0.2630031, "val_accuracy": 0.9270833, "learning_rate": 0.05}',9.86913929991715122014e-02,1.79574157133714890476e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,42,'{"loss": 0.2955885, "accuracy": 0.9295652, "val_loss": 0.2976921, "val_accuracy": 0.9375, "learning_rate": 0.05, "health/layer_1/gradient_norm": 0.898, "health/layer_1/gradient_to_weights": 0.1065, "health/layer_1/activation_spread": 4.976, "health/layer_1/unit_spread": 0.9322, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.8137, "health/output/gradient_to_weights": 0.1845}',4.15161550001357682049e-01,1.79574157189133238798e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,43,'{"loss": 0.64956975, "accuracy": 0.85391307, "val_loss": 0.4698194, "val_accuracy": 0.8784722, "learning_rate": 0.05}',4.05998473997897235676e-01,1.79574157255359339712e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,44,'{"loss": 0.35502785, "accuracy": 0.91913044, "val_loss": 0.37092847, "val_accuracy": 0.9166667, "learning_rate": 0.05}',2.38181537999480497092e-01,1.79574157291727519035e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,45,'{"loss": 0.29333934, "accuracy": 0.9217391, "val_loss": 0.38996616, "val_accuracy": 0.9027778, "learning_rate": 0.05}',2.42350094998982967808e-01,1.79574157333745908736e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,46,'{"loss": 0.26551074, "accuracy": 0.92347825, "val_loss": 0.32164854, "val_accuracy": 0.9305556, "learning_rate": 0.05}',1.99129658001766074448e-01,1.79574157370908093446e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,47,'{"loss": 0.29796052, "accuracy": 0.92, "val_loss": 1.6887476, "val_accuracy": 0.7222222, "learning_rate": 0.05}',3.10907641000085277482e-01,1795741574.15275,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,48,'{"loss": 0.29265746, "accuracy": 0.92347825, "val_loss": 0.4473968, "val_accuracy": 0.8888889, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.607, "health/layer_1/gradient_to_weights": 0.1814, "health/layer_1/activation_spread": 5.59, "health/layer_1/unit_spread": 0.9314, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 1.796, "health/output/gradient_to_weights": 0.393}',3.80000445999030489474e-01,1.79574157476064801214e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,49,'{"loss": 0.28109342, "accuracy": 0.9243478, "val_loss": 0.45631287, "val_accuracy": 0.8715278, "learning_rate": 0.05}',1.74616771000728476792e-01,1.79574157519524502755e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,50,'{"loss": 0.23483045, "accuracy": 0.93130434, "val_loss": 0.72715974, "val_accuracy": 0.8576389, "learning_rate": 0.05}',1.44676977000926854088e-01,1.79574157538256716729e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,51,'{"loss": 0.27426234, "accuracy": 0.93652177, "val_loss": 0.47502008, "val_accuracy": 0.8576389, "learning_rate": 0.05}',2.81949972999427700415e-01,1.7957415757248203754e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,52,'{"loss": 0.4460306, "accuracy": 0.90434784, "val_loss": 0.39166093, "val_accuracy": 0.9166667, "learning_rate": 0.05}',1.55097363000095356255e-01,1.79574157600652098659e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,53,'{"loss": 0.45261335, "accuracy": 0.89652175, "val_loss": 0.44189328, "val_accuracy": 0.9166667, "learning_rate": 0.05}',1.54722706000029575079e-01,1.79574157626631093027e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,54,'{"loss": 0.34006387, "accuracy": 0.9147826, "val_loss": 0.36140415, "val_accuracy": 0.8958333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.015, "health/layer_1/gradient_to_weights": 0.1095, "health/layer_1/activation_spread": 5.297, "health/layer_1/unit_spread": 0.933, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.5307, "health/output/gradient_to_weights": 0.1138}',1.7528006999782519415e-02,1.79574157629357242585e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,55,'{"loss": 0.23874554, "accuracy": 0.93652177, "val_loss": 0.35817412, "val_accuracy": 0.9375, "learning_rate": 0.05}',1.2076228799924138002e-01,1.79574157642906570434e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,56,'{"loss": 0.19391792, "accuracy": 0.9504348, "val_loss": 0.3451441, "val_accuracy": 0.9201389, "learning_rate": 0.05}',0.25313909200122,1.79574157679668879507e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,57,'{"loss": 0.2612553, "accuracy": 0.93043476, "val_loss": 0.40519872, "val_accuracy": 0.90625, "learning_rate": 0.05}',1.332687760004773736e-01,1.79574157718438863753e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,58,'{"loss": 0.23871583, "accuracy": 0.9295652, "val_loss": 0.24210612, "val_accuracy": 0.9340278, "learning_rate": 0.05}',4.53651239000464556738e-01,1.79574157765695643432e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,59,'{"loss": 0.25998878, "accuracy": 0.9182609, "val_loss": 0.25942454, "val_accuracy": 0.9444444, "learning_rate": 0.05}',2.11548551000305451452e-01,1.79574157813191699986e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',0,60,'{"loss": 0.20843899, "accuracy": 0.9443478, "val_loss": 0.51934826, "val_accuracy": 0.8958333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.661, "health/layer_1/gradient_to_weights": 0.1747, "health/layer_1/activation_spread": 5.633, "health/layer_1/unit_spread": 0.9295, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 2.372, "health/output/gradient_to_weights": 0.4972}',2.20712149966857396066e-02,1.79574157816034340852e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',1,1,'{"loss": 2.834376, "accuracy": 0.08608696, "val_loss": 2.30241, "val_accuracy": 0.10069445, "learning_rate": 0.05, "health/layer_1/gradient_norm": 0.01537, "health/layer_1/gradient_to_weights": 0.003404, "health/layer_1/activation_spread": 0.0164, "health/layer_1/unit_spread": 0.9487, "health/layer_1/dead_units": 0.9, "health/output/gradient_norm": 0.01371, "health/output/gradient_to_weights": 0.004288}',6.05743881799935479648e+00,1.79574159060302233695e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',1,2,'{"loss": 2.3036053, "accuracy": 0.07652174, "val_loss": 2.3023846, "val_accuracy": 0.10069445, "learning_rate": 0.05}',6.43441110998537624254e-01,1.79574159147400116923e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',1,3,'{"loss": 2.3034837, "accuracy": 0.08260869, "val_loss": 2.302451, "val_accuracy": 0.10069445, "learning_rate": 0.05}',3.93194905002019368112e-01,1.79574159210902929307e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',1,4,'{"loss": 2.303314, "accuracy": 0.094782606, "val_loss": 2.3024924, "val_accuracy": 0.10069445, "learning_rate": 0.05}',1.78069822999532334506e-01,1.79574159239040923117e+09,'host-live-1');
INSERT INTO "tuner_epochs" VALUES('live',1,5,'{"loss": 2.3032553, "accuracy": 0.083478265, "val_loss": 2.3025775, "val_accuracy": 0.10069445, "learning_rate": 0.05}',9.05005659988091792911e-02,1.79574159256076073642e+09,'host-live-1');
CREATE TABLE tuner_finalist_epochs (
	study_name TEXT NOT NULL, 
	round INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	metrics JSON NOT NULL, 
	seconds DOUBLE NOT NULL, 
	measured_at DOUBLE NOT NULL, 
	worker_id TEXT NOT NULL, 
	PRIMARY KEY (study_name, round, ordinal, epoch)
);
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,0,1,'{"loss": 8.2144785, "accuracy": 0.094782606, "val_loss": 2.290038, "val_accuracy": 0.10069445, "learning_rate": 0.1}',1.2261067899817135185e-01,1.79574123823438811303e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,0,2,'{"loss": 2.2333343, "accuracy": 0.15478261, "val_loss": 2.1391711, "val_accuracy": 0.2048611, "learning_rate": 0.1}',2.96029359997191932052e-02,1.7957412383086061477e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,1,1,'{"loss": 6.264108, "accuracy": 0.1252174, "val_loss": 2.3034456, "val_accuracy": 0.10069445, "learning_rate": 0.1}',1.43132579978555440902e-02,1.79574123870366525652e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,1,2,'{"loss": 2.3040445, "accuracy": 0.10173913, "val_loss": 2.303293, "val_accuracy": 0.10069445, "learning_rate": 0.1}',4.69718699969234876334e-03,1.79574123871409821505e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,2,1,'{"loss": 6.1053414, "accuracy": 0.09391304, "val_loss": 2.1834548, "val_accuracy": 0.1875, "learning_rate": 0.1}',5.84640099987154826521e-03,1.79574123891598796845e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,2,2,'{"loss": 2.1406116, "accuracy": 0.16782609, "val_loss": 2.1263053, "val_accuracy": 0.19097222, "learning_rate": 0.1}',2.57641419993888121098e-02,1.79574123895653557777e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,3,1,'{"loss": 3.079597, "accuracy": 0.09739131, "val_loss": 2.3002932, "val_accuracy": 0.11111111, "learning_rate": 0.1}',3.51614749997679609805e-02,1.79574123925221705438e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,3,2,'{"loss": 2.2928443, "accuracy": 0.10956522, "val_loss": 2.2985742, "val_accuracy": 0.104166664, "learning_rate": 0.1}',4.2046329999720910564e-02,1.7957412393081607819e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,4,1,'{"loss": 3.18789, "accuracy": 0.12934631, "learning_rate": 0.1}',1.75260216001333901658e-01,1.79574123966428852083e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,4,2,'{"loss": 2.1981037, "accuracy": 0.15994437, "learning_rate": 0.1}',1.60015830006159376353e-02,1.7957412396934878826e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,5,1,'{"loss": 3.6465094, "accuracy": 0.1015299, "learning_rate": 0.1}',2.37304960028268396854e-02,1.79574124075698614115e+09,'host-1-1-6b279a');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,5,2,'{"loss": 2.2895343, "accuracy": 0.11891516, "learning_rate": 0.1}',3.44299750031495932489e-02,1.79574124079672670364e+09,'host-1-1-6b279a');
CREATE TABLE tuner_finalists (
	study_name TEXT NOT NULL, 
	round INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	trial_ordinal INTEGER NOT NULL, 
	trial_number INTEGER NOT NULL, 
	seed_number INTEGER NOT NULL, 
	seed INTEGER NOT NULL, 
	epochs INTEGER NOT NULL, 
	dropped TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	tags JSON, 
	value DOUBLE, 
	best_epoch INTEGER NOT NULL, 
	test JSON, 
	started_at DOUBLE NOT NULL, 
	finished_at DOUBLE, 
	settled BOOLEAN NOT NULL, 
	worker_id TEXT, 
	lease_until DOUBLE NOT NULL, 
	attempt INTEGER NOT NULL, 
	strikes INTEGER NOT NULL, 
	checkpoint TEXT NOT NULL, 
	mlflow_run_id TEXT, 
	changes INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	refusal VARCHAR(1000) NOT NULL, 
	recorder TEXT, 
	recording_until DOUBLE NOT NULL, 
	PRIMARY KEY (study_name, round, ordinal), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
INSERT INTO "tuner_finalists" VALUES('done',0,0,'compare',0,0,0,1353953855,0,'','complete','','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1353953855", "seed_number": "0", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "985", "training_seconds": "0.40"}',0.2048611,2,'null',1.79574123795399522777e+09,1.7957412383659825325e+09,1,'host-1-1-6b279a',1.79574129831001806254e+09,1,0,'checkpoint-1-2.npz','6c0c2c26ee85476499ff40acc8306b03',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,1,'compare',1,1,0,357288149,0,'','complete','','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "357288149", "seed_number": "0", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "760", "training_seconds": "0.09"}',0.10069445,1,'null',1795741238.60199,1.79574123871999382969e+09,1,'host-1-1-6b279a',1.79574129871601080891e+09,1,0,'checkpoint-1-2.npz','d65ead69a6954b92bb066509c9f6a3e5',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,2,'compare',0,0,1,1129262247,0,'','complete','','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1129262247", "seed_number": "1", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "985", "training_seconds": "0.07"}',0.19097222,2,'null',1.7957412388810067177e+09,1.79574123897499132156e+09,1,'host-1-1-6b279a',1.79574129897000265123e+09,1,0,'checkpoint-1-2.npz','0efc25804f6e45c48b8ad25cc58c2453',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,3,'compare',1,1,1,500647822,0,'','complete','','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "500647822", "seed_number": "1", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "760", "training_seconds": "0.13"}',0.11111111,1,'null',1.79574123918299674985e+09,1.79574123931801915166e+09,1,'host-1-1-6b279a',1.79574129931001281743e+09,1,0,'checkpoint-1-2.npz','4ae9066cc6404e41b7033879c567abf6',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,4,'final',0,0,0,242254689,2,'','complete','','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1438", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "242254689", "seed_number": "0", "kind": "final", "learnt_from": "training and validation rows", "path": "compiled", "parameters": "985", "training_seconds": "0.27", "averaged_epochs": "1"}',0.19791666,2,'{"accuracy": 0.1532033426183844, "loss": 2.20517098622131, "low": 0.11963282966746937, "high": 0.1941170357208168, "naive": 0.10027855153203342}',1.79574123942101597788e+09,1.79574124033201479909e+09,1,'host-1-1-6b279a',1.79574130033000326153e+09,1,0,'checkpoint-1-2.npz','4e0ea31e659a4abd8711aba7d03f3ce0',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,5,'final',0,0,1,1632353568,2,'','complete','','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1438", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1632353568", "seed_number": "1", "kind": "final", "learnt_from": "training and validation rows", "path": "compiled", "parameters": "985", "training_seconds": "0.15", "averaged_epochs": "1"}',0.19791666,2,'{"accuracy": 0.19498607242339833, "loss": 2.1844771500415154, "low": 0.157322067077386, "high": 0.23910853742074517, "naive": 0.10027855153203342}',1.7957412406410052777e+09,1.79574124128598260879e+09,1,'host-1-1-6b279a',1.79574130128501701351e+09,1,0,'checkpoint-1-2.npz','a3d0e3b394e44961b2be1b2b58616be5',4,4,0,'',NULL,0.0);
CREATE TABLE tuner_gpu_claims (
	gpu VARCHAR(80) NOT NULL, 
	place INTEGER NOT NULL, 
	worker_id TEXT NOT NULL, 
	lease_until DOUBLE NOT NULL, 
	PRIMARY KEY (gpu, place)
);
CREATE TABLE tuner_passed_over (
	study_name TEXT NOT NULL, 
	worker_id VARCHAR(250) NOT NULL, 
	reason TEXT NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	passed_at DOUBLE NOT NULL, 
	"left" BOOLEAN NOT NULL, 
	PRIMARY KEY (study_name, worker_id), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
CREATE TABLE tuner_studies (
	study_name TEXT NOT NULL, 
	space_name TEXT NOT NULL, 
	spec_text TEXT NOT NULL, 
	resolved JSON, 
	spec_folder TEXT NOT NULL, 
	spec_digest TEXT NOT NULL, 
	seed BIGINT NOT NULL, 
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
	closing_attempt INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	ended VARCHAR(32) NOT NULL, 
	changes INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	refusal VARCHAR(1000) NOT NULL, 
	recorder TEXT, 
	recording_until DOUBLE NOT NULL, 
	PRIMARY KEY (study_name)
);
INSERT INTO "tuner_studies" VALUES('done','done','dataset: digits
validation: 0.2
parameters:
  hidden_layers: 1
  units: {int: [8, 16]}
  batch_size: 128
  learning_rate: 0.1
  optimizer: sgd
  epochs: 2
search:
  trials: 3
  seed: 3
  finalists: {configurations: 2, seeds: 2}
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [128], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.1], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [2], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 3, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "percentile", "options": {"percentile": 40.0, "startup_trials": 2, "warmup_epochs": 1}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 2, "seeds": 2, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.seed", "search.trials", "validation"]}','/home/user/studies','cbb353d69be6578067b0e5cf43d72b4378786dc6481a24ce5382f6a5d716c769',3,3,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db','7d552194b9ee499f9eb118338b98e77f','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{}','{"figures": {"trials": 3, "complete": 2, "pruned": 1, "failed": 0, "ended_by": "all trials were run", "value": 0.2847222, "best_trial": 0, "value_mean": 0.19791666, "noise": 0.008680549999999995, "test_accuracy": 0.17409470752089135, "test_loss": 2.1948240681314126, "test_low": 0.09091503369810627, "test_high": 0.2572743813436764, "test_naive": 0.10027855153203342, "test_deviation": 0.029544851581610628, "test_seeds": 2.0, "finalists_1": "mean val_accuracy 0.1979 over 2 new seeds (the search saw 0.2847)", "finalists_2": "0.0920 better than trial 1, more than the noise (+- 0.0373)"}, "best_ordinal": 0, "test": {"accuracy": 0.17409470752089135, "loss": 2.1948240681314126, "low": 0.09091503369810627, "high": 0.2572743813436764, "naive": 0.10027855153203342, "deviation": 0.029544851581610628, "seeds": 2.0}, "finalists": {"winner": 0, "final": {"round": 0, "ordinal": 4}, "epochs": 2, "averaged": 1, "noise": 0.008680549999999995, "configurations": [{"trial_number": 0, "values": [0.2048611, 0.19097222], "mean": 0.19791666, "out": ""}, {"trial_number": 1, "values": [0.10069445, 0.11111111], "mean": 0.10590278, "out": ""}], "words": ["mean val_accuracy 0.1979 over 2 new seeds (the search saw 0.2847)", "0.0920 better than trial 1, more than the noise (+- 0.0373)"], "test": {"accuracy": 0.17409470752089135, "loss": 2.1948240681314126, "low": 0.09091503369810627, "high": 0.2572743813436764, "naive": 0.10027855153203342, "deviation": 0.029544851581610628, "seeds": 2.0}}, "champion": {"stands": true, "version": "1", "words": "trial 0 of done is the champion of done now, version 1"}}',1.79574122080401778222e+09,1.7957412417289898396e+09,'host-1-1-6b279a',1.79574130166501903533e+09,1,0,'',3,3,0,'',NULL,0.0);
INSERT INTO "tuner_studies" VALUES('cut','going','dataset: digits
validation: 0.2
parameters:
  hidden_layers: 1
  units: {int: [8, 16]}
  batch_size: 16
  learning_rate: 0.05
  optimizer: sgd
  epochs: 60
search:
  trials: 2
  seed: 3
  pruner: none
  finalists: 0
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [16], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.05], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [60], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 2, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "none", "options": {}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 0, "seeds": 3, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.pruner", "search.pruner.name", "search.seed", "search.trials", "validation"]}','/home/user/studies','a7752b96bff498d5e1fcfe1ea9e1f04bfb9a9b44d7aaf245936dcae825de91d1',3,2,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db','f50fd2bf519741df8efa497f087ebfe7','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{}',NULL,1.79574127888300275803e+09,NULL,NULL,0.0,0,0,'',1,1,0,'',NULL,0.0);
INSERT INTO "tuner_studies" VALUES('live','going','dataset: digits
validation: 0.2
parameters:
  hidden_layers: 1
  units: {int: [8, 16]}
  batch_size: 16
  learning_rate: 0.05
  optimizer: sgd
  epochs: 60
search:
  trials: 2
  seed: 3
  pruner: none
  finalists: 0
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [16], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.05], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [60], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 2, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "none", "options": {}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 0, "seeds": 3, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.pruner", "search.pruner.name", "search.seed", "search.trials", "validation"]}','/home/user/studies','a7752b96bff498d5e1fcfe1ea9e1f04bfb9a9b44d7aaf245936dcae825de91d1',3,2,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db','efd6404bc3b8474bb15af64c5c2963d6','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{}',NULL,1.79574141322301030158e+09,NULL,NULL,0.0,0,0,'',1,1,0,'',NULL,0.0);
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
	test JSON, 
	started_at DOUBLE NOT NULL, 
	finished_at DOUBLE, 
	settled BOOLEAN NOT NULL, 
	worker_id TEXT, 
	lease_until DOUBLE NOT NULL, 
	attempt INTEGER NOT NULL, 
	strikes INTEGER NOT NULL, 
	checkpoint TEXT NOT NULL, 
	repeated INTEGER NOT NULL, 
	granted INTEGER NOT NULL, 
	mlflow_run_id TEXT, 
	changes INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	refusal VARCHAR(1000) NOT NULL, 
	recorder TEXT, 
	recording_until DOUBLE NOT NULL, 
	PRIMARY KEY (study_name, ordinal), 
	UNIQUE (study_name, trial_number), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
INSERT INTO "tuner_trials" VALUES('done',0,0,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "310676273", "path": "compiled", "parameters": "985", "training_seconds": "1.36", "illness": "dead units", "verdict": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.2847222,2,NULL,1.7957412338550031185e+09,1.79574123540800213811e+09,1,'host-1-1-6b279a',1.79574129537601685519e+09,1,0,'checkpoint-1-2.npz',0,1,'ee73b6d5ce19465f97619e10d7bf2454',5,5,0,'',NULL,0.0);
INSERT INTO "tuner_trials" VALUES('done',1,1,'','complete','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "937462790", "path": "compiled", "parameters": "760", "training_seconds": "0.83", "illness": "dead units", "verdict": "dead units: 100% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.10069445,1,NULL,1.7957412354730188847e+09,1.79574123635798692699e+09,1,'host-1-1-6b279a',1.79574129630898284915e+09,1,0,'checkpoint-1-2.npz',0,1,'771c7f257fce4ee88150dc804fed4fe0',5,5,0,'',NULL,0.0);
INSERT INTO "tuner_trials" VALUES('done',2,2,'','pruned','pruned at epoch 1 of 2','{"hidden_layers": 1, "units": 11, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "241449740", "path": "compiled", "parameters": "835", "training_seconds": "1.01", "illness": "dead units", "verdict": "dead units: 91% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.15277778,1,NULL,1.79574123646601295466e+09,1.79574123762999773024e+09,1,'host-1-1-6b279a',1.79574129762798595424e+09,1,0,'checkpoint-1-1.npz',0,1,'9a51a4540d944bc8bcf8bbc9a27b44c8',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_trials" VALUES('cut',0,0,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 60}','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "310676273", "path": "compiled", "parameters": "985", "training_seconds": "33.87", "illness": "dead units", "verdict": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.05 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.9444444,59,NULL,1.79574134828600597384e+09,1.795741383653989315e+09,1,'host-cut-1',1.79574144344900155068e+09,1,0,'checkpoint-1-60.npz',0,1,'6b5c86e98245489fbc250e2193bbacd9',63,63,0,'',NULL,0.0);
INSERT INTO "tuner_trials" VALUES('cut',1,1,'','running','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 60}','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "937462790"}',0.10069445,1,NULL,1.79574138557500100131e+09,NULL,0,NULL,0.0,1,0,'checkpoint-1-5.npz',0,1,'90c7769e7adb4fb4863aa966532ca9a7',7,7,0,'',NULL,0.0);
INSERT INTO "tuner_trials" VALUES('live',0,0,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 60}','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "310676273", "path": "compiled", "parameters": "985", "training_seconds": "56.65", "illness": "dead units", "verdict": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.05 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.9444444,59,NULL,1.79574152156500959397e+09,1.79574157883699846269e+09,1,'host-live-1',1.79574163868298578268e+09,1,0,'checkpoint-1-60.npz',0,1,'3fbdd2b3c24d48868a513b8e689b2c08',63,59,0,'','host-live-1',1.79574165276498556136e+09);
INSERT INTO "tuner_trials" VALUES('live',1,1,'','running','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 60}','{"device": "cpu", "host": "host-1", "threads": "1", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "937462790"}',0.10069445,1,NULL,1.7957415817059829235e+09,NULL,0,'host-live-1',1.79574165276498556136e+09,1,0,'checkpoint-1-5.npz',0,1,NULL,7,0,0,'',NULL,0.0);
CREATE TABLE tuner_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "tuner_version" VALUES(3);
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
	machine VARCHAR(80) NOT NULL, 
	boot VARCHAR(80) NOT NULL, 
	pid_space VARCHAR(80) NOT NULL, 
	PRIMARY KEY (worker_id)
);
INSERT INTO "tuner_workers" VALUES('host-1-1-6b279a','host-1',32448,17880.94,'cpu','done',1.79574122389698028565e+09,1.7957412540109992027e+09,1.79574122389698028565e+09,1.79574125847100305557e+09,'finalists','00000000000000000000000000000001','00000000-0000-4000-8000-000000000001','00000000-0000-4000-8000-000000000001 pid:[4026531836]');
INSERT INTO "tuner_workers" VALUES('host-cut-1','host-1',865,17941.86,'cpu','cut',1.7957412924490122795e+09,1.79574139055200076098e+09,1.7957412924490122795e+09,1.79574139486801028246e+09,'training','00000000000000000000000000000001','00000000-0000-4000-8000-000000000001','00000000-0000-4000-8000-000000000001 pid:[4026531836]');
INSERT INTO "tuner_workers" VALUES('host-live-1','host-1',3523,18080.16,'cpu','live',1.79574144586000895504e+09,1.79574159270600366587e+09,1.79574144586000895504e+09,NULL,'training','00000000000000000000000000000001','00000000-0000-4000-8000-000000000001','00000000-0000-4000-8000-000000000001 pid:[4026531836]');
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
CREATE INDEX tuner_finalists_worker ON tuner_finalists (worker_id);
COMMIT;
