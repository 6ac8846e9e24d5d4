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
INSERT INTO "trial_intermediate_values" VALUES(26,5,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(27,5,2,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(28,5,3,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(29,5,4,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(30,5,5,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(31,6,1,0.36458334,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(32,6,2,0.5763889,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(33,6,3,0.6631944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(34,6,4,0.6979167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(35,6,5,0.5555556,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(36,6,6,0.7118056,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(37,6,7,0.6770833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(38,6,8,0.7083333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(39,6,9,0.625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(40,6,10,0.7604167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(41,6,11,0.7847222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(42,6,12,0.7708333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(43,6,13,0.7986111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(44,6,14,0.4548611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(45,6,15,0.8020833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(46,6,16,0.8298611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(47,6,17,0.84375,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(48,6,18,0.6631944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(49,6,19,0.7569444,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(50,6,20,0.6736111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(51,7,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(52,7,2,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(53,7,3,0.10069445,'FINITE');
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
INSERT INTO "trial_values" VALUES(4,4,0,0.84375,'FINITE');
INSERT INTO "trial_values" VALUES(5,6,0,0.84375,'FINITE');
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
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-27 04:37:45.056558','2026-11-27 04:37:47.474237');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-27 04:37:47.792238','2026-11-27 04:37:50.762510');
INSERT INTO "trials" VALUES(3,2,1,'PRUNED','2026-11-27 04:37:51.093509','2026-11-27 04:37:53.447279');
INSERT INTO "trials" VALUES(4,0,2,'COMPLETE','2026-11-27 04:38:48.499000','2026-11-27 04:38:57.405420');
INSERT INTO "trials" VALUES(5,1,2,'RUNNING','2026-11-27 04:38:58.317547',NULL);
INSERT INTO "trials" VALUES(6,0,3,'COMPLETE','2026-11-27 04:39:29.236633','2026-11-27 04:39:32.775255');
INSERT INTO "trials" VALUES(7,1,3,'RUNNING','2026-11-27 04:39:33.066918',NULL);
CREATE TABLE tuner_alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	PRIMARY KEY (version_num)
);
INSERT INTO "tuner_alembic_version" VALUES('5');
CREATE TABLE tuner_blobs (
	name TEXT NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE tuner_counters (
	study_name TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	PRIMARY KEY (study_name), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
INSERT INTO "tuner_counters" VALUES('done',72);
INSERT INTO "tuner_counters" VALUES('cut',39);
INSERT INTO "tuner_counters" VALUES('live',34);
CREATE TABLE tuner_epochs (
	study_name TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	round INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	metrics JSON NOT NULL, 
	seconds DOUBLE NOT NULL, 
	measured_at DOUBLE NOT NULL, 
	worker_id TEXT NOT NULL, 
	sequence BIGINT NOT NULL, 
	CONSTRAINT tuner_epochs_key PRIMARY KEY (study_name, role, round, ordinal, epoch)
);
INSERT INTO "tuner_epochs" VALUES('done','search',0,0,1,'{"loss": 3.0034816, "accuracy": 0.18782608, "val_loss": 1.9133625, "val_accuracy": 0.2638889, "learning_rate": 0.1, "health/layer_1/gradient_norm": 1.683, "health/layer_1/gradient_to_weights": 0.326, "health/layer_1/activation_spread": 0.5589, "health/layer_1/unit_spread": 0.96, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.425, "health/output/gradient_to_weights": 0.128}',1.01797879999867291189e+00,1.79575426677342295644e+09,'host-1-1-1bf79fa168',6);
INSERT INTO "tuner_epochs" VALUES('done','search',0,0,2,'{"loss": 1.9022905, "accuracy": 0.2573913, "val_loss": 1.9585016, "val_accuracy": 0.2847222, "learning_rate": 0.1}',4.53191449996666051447e-02,1.79575426688899183278e+09,'host-1-1-1bf79fa168',7);
INSERT INTO "tuner_epochs" VALUES('done','search',0,1,1,'{"loss": 6.711033, "accuracy": 0.08869565, "val_loss": 2.302728, "val_accuracy": 0.10069445, "learning_rate": 0.1, "health/layer_1/gradient_norm": 0.0, "health/layer_1/gradient_to_weights": 0.0, "health/layer_1/activation_spread": 0.0, "health/layer_1/unit_spread": 0.0, "health/layer_1/dead_units": 1.0, "health/output/gradient_norm": 0.0, "health/output/gradient_to_weights": 0.0}',1.33299681200151098892e+00,1.7957542698749814034e+09,'host-1-1-1bf79fa168',13);
INSERT INTO "tuner_epochs" VALUES('done','search',0,1,2,'{"loss": 2.3035104, "accuracy": 0.08434783, "val_loss": 2.3026576, "val_accuracy": 0.10069445, "learning_rate": 0.1}',5.46756920011830516159e-02,1.79575427009984278682e+09,'host-1-1-1bf79fa168',14);
INSERT INTO "tuner_epochs" VALUES('done','search',0,2,1,'{"loss": 4.4195743, "accuracy": 0.11478261, "val_loss": 2.2447333, "val_accuracy": 0.15277778, "learning_rate": 0.1, "health/layer_1/gradient_norm": 0.8201, "health/layer_1/gradient_to_weights": 0.1518, "health/layer_1/activation_spread": 0.1523, "health/layer_1/unit_spread": 0.9535, "health/layer_1/dead_units": 0.9091, "health/output/gradient_norm": 0.1165, "health/output/gradient_to_weights": 0.02861}',1.25179719700099667534e+00,1.79575427297778439524e+09,'host-1-1-1bf79fa168',20);
INSERT INTO "tuner_epochs" VALUES('done','compare',0,0,1,'{"loss": 8.2144785, "accuracy": 0.094782606, "val_loss": 2.290038, "val_accuracy": 0.10069445, "learning_rate": 0.1}',1.01131572999292984604e-01,1.79575427441016626352e+09,'host-1-1-1bf79fa168',26);
INSERT INTO "tuner_epochs" VALUES('done','compare',0,0,2,'{"loss": 2.2333343, "accuracy": 0.15478261, "val_loss": 2.1391711, "val_accuracy": 0.2048611, "learning_rate": 0.1}',7.19459660031134262681e-02,1.79575427452117705349e+09,'host-1-1-1bf79fa168',27);
INSERT INTO "tuner_epochs" VALUES('done','compare',0,1,1,'{"loss": 6.264108, "accuracy": 0.1252174, "val_loss": 2.3034456, "val_accuracy": 0.10069445, "learning_rate": 0.1}',1.34361780001199804246e-02,1.79575427508845710759e+09,'host-1-1-1bf79fa168',31);
INSERT INTO "tuner_epochs" VALUES('done','compare',0,1,2,'{"loss": 2.3040445, "accuracy": 0.10173913, "val_loss": 2.303293, "val_accuracy": 0.10069445, "learning_rate": 0.1}',3.53092280020064208656e-02,1.79575427512794208529e+09,'host-1-1-1bf79fa168',32);
INSERT INTO "tuner_epochs" VALUES('done','compare',0,2,1,'{"loss": 6.1053414, "accuracy": 0.09391304, "val_loss": 2.1834548, "val_accuracy": 0.1875, "learning_rate": 0.1}',5.02146700091543607413e-03,1.79575427570021390914e+09,'host-1-1-1bf79fa168',36);
INSERT INTO "tuner_epochs" VALUES('done','compare',0,2,2,'{"loss": 2.1406116, "accuracy": 0.16782609, "val_loss": 2.1263053, "val_accuracy": 0.19097222, "learning_rate": 0.1}',3.54728110032738186419e-02,1.79575427578264522551e+09,'host-1-1-1bf79fa168',37);
INSERT INTO "tuner_epochs" VALUES('done','compare',0,3,1,'{"loss": 3.079597, "accuracy": 0.09739131, "val_loss": 2.3002932, "val_accuracy": 0.11111111, "learning_rate": 0.1}',0.00902925199989113,1.79575427636461806293e+09,'host-1-1-1bf79fa168',41);
INSERT INTO "tuner_epochs" VALUES('done','compare',0,3,2,'{"loss": 2.2928443, "accuracy": 0.10956522, "val_loss": 2.2985742, "val_accuracy": 0.104166664, "learning_rate": 0.1}',3.48068739986047148704e-02,1.79575427640372776985e+09,'host-1-1-1bf79fa168',42);
INSERT INTO "tuner_epochs" VALUES('done','final',0,4,1,'{"loss": 3.18789, "accuracy": 0.12934631, "learning_rate": 0.1}',2.99363415000698296353e-01,1.79575427754652142521e+09,'host-1-1-1bf79fa168',47);
INSERT INTO "tuner_epochs" VALUES('done','final',0,4,2,'{"loss": 2.1981037, "accuracy": 0.15994437, "learning_rate": 0.1}',4.89706850021320860832e-02,1.79575427761621570586e+09,'host-1-1-1bf79fa168',48);
INSERT INTO "tuner_epochs" VALUES('done','final',0,5,1,'{"loss": 3.6465094, "accuracy": 0.1015299, "learning_rate": 0.1}',2.79829030005203094333e-02,1.79575427887617516519e+09,'host-1-1-1bf79fa168',53);
INSERT INTO "tuner_epochs" VALUES('done','final',0,5,2,'{"loss": 2.2895343, "accuracy": 0.11891516, "learning_rate": 0.1}',3.29519529987010173499e-02,1.79575427892309927944e+09,'host-1-1-1bf79fa168',54);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,1,'{"loss": 2.0851817, "accuracy": 0.2669565, "val_loss": 1.6552266, "val_accuracy": 0.36458334, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.732, "health/layer_1/gradient_to_weights": 0.3608, "health/layer_1/activation_spread": 1.079, "health/layer_1/unit_spread": 0.9493, "health/layer_1/dead_units": 0.6923, "health/output/gradient_norm": 0.8836, "health/output/gradient_to_weights": 0.275}',2.50905872200019075535e+00,1.79575433248444461817e+09,'host-1-1970-fac2fd4e56',6);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,2,'{"loss": 1.3519233, "accuracy": 0.52086955, "val_loss": 1.3738683, "val_accuracy": 0.5763889, "learning_rate": 0.05}',3.00495588999183382838e-01,1.79575433290119600301e+09,'host-1-1970-fac2fd4e56',7);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,3,'{"loss": 1.1566696, "accuracy": 0.56869566, "val_loss": 0.927387, "val_accuracy": 0.6631944, "learning_rate": 0.05}',1.30022066998208174481e-01,1.79575433315369296068e+09,'host-1-1970-fac2fd4e56',8);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,4,'{"loss": 1.0359157, "accuracy": 0.62869567, "val_loss": 0.8142192, "val_accuracy": 0.6979167, "learning_rate": 0.05}',0.0843918050013599,1.7957543332446620465e+09,'host-1-1970-fac2fd4e56',9);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,5,'{"loss": 1.0483345, "accuracy": 0.6321739, "val_loss": 1.2543226, "val_accuracy": 0.5555556, "learning_rate": 0.05}',7.44452529979753307998e-02,1.79575433338488411904e+09,'host-1-1970-fac2fd4e56',10);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,6,'{"loss": 0.9863362, "accuracy": 0.67130435, "val_loss": 0.78386104, "val_accuracy": 0.7118056, "learning_rate": 0.05}',3.24002839988679625093e-02,1.79575433348345088954e+09,'host-1-1970-fac2fd4e56',11);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,7,'{"loss": 0.9952837, "accuracy": 0.666087, "val_loss": 0.9967898, "val_accuracy": 0.6770833, "learning_rate": 0.05}',8.30487729981541633605e-02,1.79575433358548307415e+09,'host-1-1970-fac2fd4e56',12);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,8,'{"loss": 1.0055934, "accuracy": 0.6686956, "val_loss": 0.8406486, "val_accuracy": 0.7083333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.52, "health/layer_1/gradient_to_weights": 0.2694, "health/layer_1/activation_spread": 2.373, "health/layer_1/unit_spread": 0.9414, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 1.254, "health/output/gradient_to_weights": 0.3583}',6.39890950005792547017e-02,1.79575433369660639767e+09,'host-1-1970-fac2fd4e56',13);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,9,'{"loss": 0.8922198, "accuracy": 0.70173913, "val_loss": 1.0889562, "val_accuracy": 0.625, "learning_rate": 0.05}',1.19115134999447036534e-01,1.79575433389388680453e+09,'host-1-1970-fac2fd4e56',14);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,10,'{"loss": 0.77067417, "accuracy": 0.73130435, "val_loss": 0.8233256, "val_accuracy": 0.7604167, "learning_rate": 0.05}',0.0585333740018541,1.79575433414235305787e+09,'host-1-1970-fac2fd4e56',15);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,11,'{"loss": 0.85392207, "accuracy": 0.7104348, "val_loss": 0.6249893, "val_accuracy": 0.7847222, "learning_rate": 0.05}',0.0797391250016517,1.79575433430924201018e+09,'host-1-1970-fac2fd4e56',16);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,12,'{"loss": 0.85131836, "accuracy": 0.69652176, "val_loss": 0.73341346, "val_accuracy": 0.7708333, "learning_rate": 0.05}',1.00517531998775666579e-01,1.79575433452167963982e+09,'host-1-1970-fac2fd4e56',17);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,13,'{"loss": 0.7456354, "accuracy": 0.73826087, "val_loss": 0.64406943, "val_accuracy": 0.7986111, "learning_rate": 0.05}',2.23287036998954135924e-01,1.79575433480642938617e+09,'host-1-1970-fac2fd4e56',18);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,14,'{"loss": 1.2472589, "accuracy": 0.5791304, "val_loss": 1.3774706, "val_accuracy": 0.4548611, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.075, "health/layer_1/gradient_to_weights": 0.1723, "health/layer_1/activation_spread": 2.028, "health/layer_1/unit_spread": 0.944, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.9263, "health/output/gradient_to_weights": 0.2561}',1.42067236000002594664e-01,1.7957543350362148285e+09,'host-1-1970-fac2fd4e56',19);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,15,'{"loss": 0.7805222, "accuracy": 0.72, "val_loss": 0.6126679, "val_accuracy": 0.8020833, "learning_rate": 0.05}',8.82485649999580346047e-02,1.79575433519066238402e+09,'host-1-1970-fac2fd4e56',20);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,16,'{"loss": 0.67129374, "accuracy": 0.7782609, "val_loss": 0.7072819, "val_accuracy": 0.8298611, "learning_rate": 0.05}',6.58097300001827534288e-02,1.79575433532350230213e+09,'host-1-1970-fac2fd4e56',21);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,17,'{"loss": 0.89348906, "accuracy": 0.76086956, "val_loss": 0.60074925, "val_accuracy": 0.84375, "learning_rate": 0.05}',1.20032029990397859364e-02,1.79575433534712529184e+09,'host-1-1970-fac2fd4e56',22);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,18,'{"loss": 0.6752914, "accuracy": 0.82173914, "val_loss": 1.1062518, "val_accuracy": 0.6631944, "learning_rate": 0.05}',8.32238280017918441444e-02,1.79575433547020792959e+09,'host-1-1970-fac2fd4e56',23);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,19,'{"loss": 0.6112265, "accuracy": 0.82086957, "val_loss": 0.8801462, "val_accuracy": 0.7569444, "learning_rate": 0.05}',2.04779858999245334416e-01,1.79575433578405451772e+09,'host-1-1970-fac2fd4e56',24);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,20,'{"loss": 0.499011, "accuracy": 0.85826087, "val_loss": 1.5443975, "val_accuracy": 0.6736111, "learning_rate": 0.05, "health/layer_1/gradient_norm": 8.293, "health/layer_1/gradient_to_weights": 1.219, "health/layer_1/activation_spread": 3.805, "health/layer_1/unit_spread": 0.9373, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 5.15, "health/output/gradient_to_weights": 1.376}',7.061449100001482293e-02,1.7957543359443125725e+09,'host-1-1970-fac2fd4e56',25);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,1,'{"loss": 2.834376, "accuracy": 0.08608696, "val_loss": 2.30241, "val_accuracy": 0.10069445, "learning_rate": 0.05, "health/layer_1/gradient_norm": 0.01537, "health/layer_1/gradient_to_weights": 0.003404, "health/layer_1/activation_spread": 0.0164, "health/layer_1/unit_spread": 0.9487, "health/layer_1/dead_units": 0.9, "health/output/gradient_norm": 0.01371, "health/output/gradient_to_weights": 0.004288}',1.49962633199902484193e+00,1.79575434080946516992e+09,'host-1-1970-fac2fd4e56',32);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,2,'{"loss": 2.3036053, "accuracy": 0.07652174, "val_loss": 2.3023846, "val_accuracy": 0.10069445, "learning_rate": 0.05}',8.90162739997322205454e-02,1.79575434093307065956e+09,'host-1-1970-fac2fd4e56',33);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,3,'{"loss": 2.3034837, "accuracy": 0.08260869, "val_loss": 2.302451, "val_accuracy": 0.10069445, "learning_rate": 0.05}',3.96810630008985754102e-02,1.79575434104968595502e+09,'host-1-1970-fac2fd4e56',34);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,4,'{"loss": 2.303314, "accuracy": 0.094782606, "val_loss": 2.3024924, "val_accuracy": 0.10069445, "learning_rate": 0.05}',1.13052152999443933367e-01,1.79575434121901392941e+09,'host-1-1970-fac2fd4e56',35);
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,5,'{"loss": 2.3032553, "accuracy": 0.083478265, "val_loss": 2.3025775, "val_accuracy": 0.10069445, "learning_rate": 0.05}',8.28770480002276599407e-02,1.79575434135363078114e+09,'host-1-1970-fac2fd4e56',36);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,1,'{"loss": 2.0851817, "accuracy": 0.2669565, "val_loss": 1.6552266, "val_accuracy": 0.36458334, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.732, "health/layer_1/gradient_to_weights": 0.3608, "health/layer_1/activation_spread": 1.079, "health/layer_1/unit_spread": 0.9493, "health/layer_1/dead_units": 0.6923, "health/output/gradient_norm": 0.8836, "health/output/gradient_to_weights": 0.275}',8.21978072999627329409e-01,1.79575437078009581565e+09,'host-1-2250-33dbcb6d30',6);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,2,'{"loss": 1.3519233, "accuracy": 0.52086955, "val_loss": 1.3738683, "val_accuracy": 0.5763889, "learning_rate": 0.05}',2.91332189990498591214e-02,1.79575437084371089934e+09,'host-1-2250-33dbcb6d30',7);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,3,'{"loss": 1.1566696, "accuracy": 0.56869566, "val_loss": 0.927387, "val_accuracy": 0.6631944, "learning_rate": 0.05}',1.96901230010553263127e-02,1.79575437087340450282e+09,'host-1-2250-33dbcb6d30',8);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,4,'{"loss": 1.0359157, "accuracy": 0.62869567, "val_loss": 0.8142192, "val_accuracy": 0.6979167, "learning_rate": 0.05}',2.31150330000673420727e-02,1.79575437090278816221e+09,'host-1-2250-33dbcb6d30',9);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,5,'{"loss": 1.0483345, "accuracy": 0.6321739, "val_loss": 1.2543226, "val_accuracy": 0.5555556, "learning_rate": 0.05}',1.95894940006837714463e-02,1.79575437093478226663e+09,'host-1-2250-33dbcb6d30',10);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,6,'{"loss": 0.9863362, "accuracy": 0.67130435, "val_loss": 0.78386104, "val_accuracy": 0.7118056, "learning_rate": 0.05}',1.3599990998045541346e-02,1.79575437095505857469e+09,'host-1-2250-33dbcb6d30',11);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,7,'{"loss": 0.9952837, "accuracy": 0.666087, "val_loss": 0.9967898, "val_accuracy": 0.6770833, "learning_rate": 0.05}',1.7582546999619808048e-02,1.79575437098724555963e+09,'host-1-2250-33dbcb6d30',12);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,8,'{"loss": 1.0055934, "accuracy": 0.6686956, "val_loss": 0.8406486, "val_accuracy": 0.7083333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.52, "health/layer_1/gradient_to_weights": 0.2694, "health/layer_1/activation_spread": 2.373, "health/layer_1/unit_spread": 0.9414, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 1.254, "health/output/gradient_to_weights": 0.3583}',4.99893110027187503874e-02,1.79575437104840254787e+09,'host-1-2250-33dbcb6d30',13);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,9,'{"loss": 0.8922198, "accuracy": 0.70173913, "val_loss": 1.0889562, "val_accuracy": 0.625, "learning_rate": 0.05}',0.0798482360005437,1.79575437116041421886e+09,'host-1-2250-33dbcb6d30',14);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,10,'{"loss": 0.77067417, "accuracy": 0.73130435, "val_loss": 0.8233256, "val_accuracy": 0.7604167, "learning_rate": 0.05}',3.92806089985242579132e-02,1.7957543712500846386e+09,'host-1-2250-33dbcb6d30',15);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,11,'{"loss": 0.85392207, "accuracy": 0.7104348, "val_loss": 0.6249893, "val_accuracy": 0.7847222, "learning_rate": 0.05}',0.029404610999336,1.79575437134678292275e+09,'host-1-2250-33dbcb6d30',16);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,12,'{"loss": 0.85131836, "accuracy": 0.69652176, "val_loss": 0.73341346, "val_accuracy": 0.7708333, "learning_rate": 0.05}',9.51584949980315286666e-02,1.79575437147997021671e+09,'host-1-2250-33dbcb6d30',17);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,13,'{"loss": 0.7456354, "accuracy": 0.73826087, "val_loss": 0.64406943, "val_accuracy": 0.7986111, "learning_rate": 0.05}',6.54854849999537691473e-02,1.79575437158080840113e+09,'host-1-2250-33dbcb6d30',18);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,14,'{"loss": 1.2472589, "accuracy": 0.5791304, "val_loss": 1.3774706, "val_accuracy": 0.4548611, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.075, "health/layer_1/gradient_to_weights": 0.1723, "health/layer_1/activation_spread": 2.028, "health/layer_1/unit_spread": 0.944, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.9263, "health/output/gradient_to_weights": 0.2561}',5.41383550007594749331e-02,1.79575437166828393931e+09,'host-1-2250-33dbcb6d30',19);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,15,'{"loss": 0.7805222, "accuracy": 0.72, "val_loss": 0.6126679, "val_accuracy": 0.8020833, "learning_rate": 0.05}',6.00729869984206743538e-02,1.79575437176521492e+09,'host-1-2250-33dbcb6d30',20);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,16,'{"loss": 0.67129374, "accuracy": 0.7782609, "val_loss": 0.7072819, "val_accuracy": 0.8298611, "learning_rate": 0.05}',4.15374160002102144062e-02,1.79575437185890817641e+09,'host-1-2250-33dbcb6d30',21);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,17,'{"loss": 0.89348906, "accuracy": 0.76086956, "val_loss": 0.60074925, "val_accuracy": 0.84375, "learning_rate": 0.05}',4.5552621002570958808e-02,1.79575437194500637052e+09,'host-1-2250-33dbcb6d30',22);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,18,'{"loss": 0.6752914, "accuracy": 0.82173914, "val_loss": 1.1062518, "val_accuracy": 0.6631944, "learning_rate": 0.05}',4.10169949973351322114e-02,1.79575437202287888525e+09,'host-1-2250-33dbcb6d30',23);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,19,'{"loss": 0.6112265, "accuracy": 0.82086957, "val_loss": 0.8801462, "val_accuracy": 0.7569444, "learning_rate": 0.05}',4.51874999998835846781e-02,1.79575437211936330796e+09,'host-1-2250-33dbcb6d30',24);
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,20,'{"loss": 0.499011, "accuracy": 0.85826087, "val_loss": 1.5443975, "val_accuracy": 0.6736111, "learning_rate": 0.05, "health/layer_1/gradient_norm": 8.293, "health/layer_1/gradient_to_weights": 1.219, "health/layer_1/activation_spread": 3.805, "health/layer_1/unit_spread": 0.9373, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 5.15, "health/output/gradient_to_weights": 1.376}',5.34449970000423491001e-02,1.79575437221065258982e+09,'host-1-2250-33dbcb6d30',25);
INSERT INTO "tuner_epochs" VALUES('live','search',0,1,1,'{"loss": 2.834376, "accuracy": 0.08608696, "val_loss": 2.30241, "val_accuracy": 0.10069445, "learning_rate": 0.05, "health/layer_1/gradient_norm": 0.01537, "health/layer_1/gradient_to_weights": 0.003404, "health/layer_1/activation_spread": 0.0164, "health/layer_1/unit_spread": 0.9487, "health/layer_1/dead_units": 0.9, "health/output/gradient_norm": 0.01371, "health/output/gradient_to_weights": 0.004288}',1.23574959600227884948e+00,1.7957543749347593784e+09,'host-1-2250-33dbcb6d30',31);
INSERT INTO "tuner_epochs" VALUES('live','search',0,1,2,'{"loss": 2.3036053, "accuracy": 0.07652174, "val_loss": 2.3023846, "val_accuracy": 0.10069445, "learning_rate": 0.05}',1.5267189399673952721e-01,1.79575437513155269624e+09,'host-1-2250-33dbcb6d30',32);
INSERT INTO "tuner_epochs" VALUES('live','search',0,1,3,'{"loss": 2.3034837, "accuracy": 0.08260869, "val_loss": 2.302451, "val_accuracy": 0.10069445, "learning_rate": 0.05}',8.9554382000642362982e-02,1.79575437539301514628e+09,'host-1-2250-33dbcb6d30',33);
INSERT INTO "tuner_epochs" VALUES('live','search',0,1,4,'{"loss": 2.303314, "accuracy": 0.094782606, "val_loss": 2.3024924, "val_accuracy": 0.10069445, "learning_rate": 0.05}',8.18447980018390808254e-02,1.79575437551446795468e+09,'host-1-2250-33dbcb6d30',34);
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
CREATE TABLE tuner_runs (
	study_name TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	round INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	trial_ordinal INTEGER NOT NULL, 
	trial_number INTEGER, 
	baseline TEXT NOT NULL, 
	seed_number INTEGER, 
	seed BIGINT NOT NULL, 
	planned_epochs INTEGER NOT NULL, 
	epoch_limit INTEGER NOT NULL, 
	dropped TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	params JSON, 
	tags JSON, 
	value DOUBLE, 
	best_epoch INTEGER NOT NULL, 
	test JSON, 
	started_at DOUBLE NOT NULL, 
	finished_at DOUBLE, 
	finalized BOOLEAN NOT NULL, 
	worker_id TEXT, 
	lease_until DOUBLE NOT NULL, 
	attempt INTEGER NOT NULL, 
	strikes INTEGER NOT NULL, 
	checkpoint TEXT NOT NULL, 
	repeated INTEGER NOT NULL, 
	mlflow_run_id TEXT, 
	changes INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	refusal VARCHAR(1000) NOT NULL, 
	recorder TEXT, 
	recording_until DOUBLE NOT NULL, 
	sequence BIGINT NOT NULL, 
	PRIMARY KEY (study_name, role, round, ordinal), 
	CONSTRAINT tuner_runs_configuration UNIQUE (study_name, role, round, trial_number, seed_number), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
INSERT INTO "tuner_runs" VALUES('done','search',0,0,0,0,'',0,0,0,1,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 310676273, "path": "compiled", "parameters": 985, "training_seconds": 1.69, "verdicts": [{"kind": "dead units", "words": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}]}',0.2847222,2,NULL,1.79575426501300787927e+09,1.79575426731200957298e+09,1,'host-1-1-1bf79fa168',1.79575432710199260708e+09,1,0,'checkpoint-1-2.npz',0,'3a302a8f958b4c91b3d047cf525e1424',5,5,0,'',NULL,0.0,61);
INSERT INTO "tuner_runs" VALUES('done','search',0,1,1,1,'',0,0,0,1,'','complete','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 937462790, "path": "compiled", "parameters": 760, "training_seconds": 2.07, "verdicts": [{"kind": "dead units", "words": "dead units: 100% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}]}',0.10069445,1,NULL,1.79575426767398715023e+09,1.795754270530982256e+09,1,'host-1-1-1bf79fa168',1.79575433039000535015e+09,1,0,'checkpoint-1-2.npz',0,'62517406a66d43b79372db49187d89f9',5,5,0,'',NULL,0.0,62);
INSERT INTO "tuner_runs" VALUES('done','search',0,2,2,2,'',0,0,0,1,'','pruned','pruned at epoch 1 of 2','{"hidden_layers": 1, "units": 11, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 241449740, "path": "compiled", "parameters": 835, "training_seconds": 1.72, "verdicts": [{"kind": "dead units", "words": "dead units: 91% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}]}',0.15277778,1,NULL,1.79575427103401708602e+09,1.7957542732259988785e+09,1,'host-1-1-1bf79fa168',1.79575433319799661639e+09,1,0,'checkpoint-1-1.npz',0,'d6ef8b81b7c445af939da0ffc6ac5bf7',4,4,0,'',NULL,0.0,63);
INSERT INTO "tuner_runs" VALUES('done','compare',0,0,0,0,'',0,1353953855,0,0,'','complete','',NULL,'{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 1353953855, "seed_number": 0, "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": 985, "training_seconds": 0.35}',0.2048611,2,NULL,1.79575427416701173784e+09,1.7957542745530083179e+09,1,'host-1-1-1bf79fa168',1.79575433452299451824e+09,1,0,'checkpoint-1-2.npz',0,'1ed43055439545b29612b6ca4dece02f',4,4,0,'',NULL,0.0,64);
INSERT INTO "tuner_runs" VALUES('done','compare',0,1,1,1,'',0,357288149,0,0,'','complete','',NULL,'{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 357288149, "seed_number": 0, "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": 760, "training_seconds": 0.14}',0.10069445,1,NULL,1.79575427495799517631e+09,1.79575427513401508329e+09,1,'host-1-1-1bf79fa168',1.79575433512999176974e+09,1,0,'checkpoint-1-2.npz',0,'0f1c21c5f3b2420b8da642fdf7b8c69c',4,4,0,'',NULL,0.0,65);
INSERT INTO "tuner_runs" VALUES('done','compare',0,2,0,0,'',1,1129262247,0,0,'','complete','',NULL,'{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 1129262247, "seed_number": 1, "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": 985, "training_seconds": 0.22}',0.19097222,2,NULL,1.79575427552701234823e+09,1.79575427578901052473e+09,1,'host-1-1-1bf79fa168',1.79575433578498721122e+09,1,0,'checkpoint-1-2.npz',0,'5ad19d4837d64a1992bfa25defe38977',4,4,0,'',NULL,0.0,66);
INSERT INTO "tuner_runs" VALUES('done','compare',0,3,1,1,'',1,500647822,0,0,'','complete','',NULL,'{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 500647822, "seed_number": 1, "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": 760, "training_seconds": 0.15}',0.11111111,1,NULL,1.79575427626798605918e+09,1.795754276462996006e+09,1,'host-1-1-1bf79fa168',1.79575433644501185415e+09,1,0,'checkpoint-1-2.npz',0,'f11d3053b5b04db8bad44004d4b609f6',4,4,0,'',NULL,0.0,67);
INSERT INTO "tuner_runs" VALUES('done','final',0,4,0,0,'',0,242254689,2,0,'','complete','',NULL,'{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1438, "rows_validation": 288, "rows_test": 359, "seed": 242254689, "seed_number": 0, "kind": "final", "learnt_from": "training and validation rows", "path": "compiled", "parameters": 985, "training_seconds": 0.5, "averaged_epochs": 1}',0.19791666,2,'{"accuracy": 0.1532033426183844, "loss": 2.20517098622131, "low": 0.11963282966746937, "high": 0.1941170357208168, "naive": 0.10027855153203342}',1.79575427708998918534e+09,1.79575427818698596955e+09,1,'host-1-1-1bf79fa168',1.79575433818400859837e+09,1,0,'checkpoint-1-2.npz',0,'4ed27d3d39e0489eba983ed74d104c35',4,4,0,'',NULL,0.0,68);
INSERT INTO "tuner_runs" VALUES('done','final',0,5,0,0,'',1,1632353568,2,0,'','complete','',NULL,'{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1438, "rows_validation": 288, "rows_test": 359, "seed": 1632353568, "seed_number": 1, "kind": "final", "learnt_from": "training and validation rows", "path": "compiled", "parameters": 985, "training_seconds": 0.17, "averaged_epochs": 1}',0.19791666,2,'{"accuracy": 0.19498607242339833, "loss": 2.1844771500415154, "low": 0.157322067077386, "high": 0.23910853742074517, "naive": 0.10027855153203342}',1.79575427870301604273e+09,1.79575427985698270801e+09,1,'host-1-1-1bf79fa168',1.79575433980101847649e+09,1,0,'checkpoint-1-2.npz',0,'9fd5469ae31146219fb91b7aaffb2ae2',4,4,0,'',NULL,0.0,69);
INSERT INTO "tuner_runs" VALUES('cut','search',0,0,0,0,'',0,0,0,1,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 20}','{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 310676273, "path": "compiled", "parameters": 985, "training_seconds": 7.03, "verdicts": [{"kind": "dead units", "words": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.05 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}]}',0.84375,17,NULL,1.79575432839600753788e+09,1.79575433718401050566e+09,1,'host-1-1970-fac2fd4e56',1.79575439644199085238e+09,1,0,'checkpoint-1-20.npz',0,'39fa7ff032d343f89c22c74f6338a964',23,23,0,'',NULL,0.0,38);
INSERT INTO "tuner_runs" VALUES('cut','search',0,1,1,1,'',0,0,0,1,'','running','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 20}','{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 937462790}',0.10069445,1,NULL,1.79575433820999574656e+09,NULL,0,NULL,0.0,1,0,'checkpoint-1-5.npz',0,'7b8cc10182e344c4a41f37adb3cc02df',7,7,0,'',NULL,0.0,39);
INSERT INTO "tuner_runs" VALUES('live','search',0,0,0,0,'',0,0,0,1,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 20}','{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 310676273, "path": "compiled", "parameters": 985, "training_seconds": 2.83, "verdicts": [{"kind": "dead units", "words": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.05 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}]}',0.84375,17,NULL,1.79575436918701529498e+09,1.79575437251699113845e+09,1,'host-1-2250-33dbcb6d30',1.79575443239001536366e+09,1,0,'checkpoint-1-20.npz',0,NULL,23,0,0,'',NULL,0.0,27);
INSERT INTO "tuner_runs" VALUES('live','search',0,1,1,1,'',0,0,0,1,'','running','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 20}','{"host": "host-1", "device": "cpu", "backend": "tensorflow", "threads": 2, "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "optuna": "5.0.0"}, "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "test_digest": "aae1d22cd96ef09f", "rows_train": 1150, "rows_validation": 288, "rows_test": 359, "seed": 937462790}',0.10069445,1,NULL,1.79575437303801035884e+09,NULL,0,'host-1-2250-33dbcb6d30',1.79575443553298759458e+09,1,0,'checkpoint-1-4.npz',0,NULL,6,0,0,'',NULL,0.0,30);
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
	desired_state TEXT NOT NULL, 
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
	sequence BIGINT NOT NULL, 
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
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [128], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.1], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [2], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 3, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "percentile", "options": {"percentile": 40.0, "startup_trials": 2, "warmup_epochs": 1}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 2, "seeds": 2, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.seed", "search.trials", "validation"]}','/home/user/studies','cbb353d69be6578067b0e5cf43d72b4378786dc6481a24ce5382f6a5d716c769',3,3,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db','810dafa9f01645718c7697b8611fcad1','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{"note": "the first one"}','{"figures": {"trials": 3, "complete": 2, "pruned": 1, "failed": 0, "ended_by": "all trials were run", "value": 0.2847222, "best_trial": 0, "value_mean": 0.19791666, "noise": 0.008680549999999995, "test_accuracy": 0.17409470752089135, "test_loss": 2.1948240681314126, "test_low": 0.09091503369810627, "test_high": 0.2572743813436764, "test_naive": 0.10027855153203342, "test_deviation": 0.029544851581610628, "test_seeds": 2.0, "finalists_1": "mean val_accuracy 0.1979 over 2 new seeds (the search saw 0.2847)", "finalists_2": "0.0920 better than trial 1, more than the noise (+- 0.0373)"}, "best_ordinal": 0, "test": {"accuracy": 0.17409470752089135, "loss": 2.1948240681314126, "low": 0.09091503369810627, "high": 0.2572743813436764, "naive": 0.10027855153203342, "deviation": 0.029544851581610628, "seeds": 2.0}, "finalists": {"winner": 0, "final": {"round": 0, "ordinal": 4}, "epochs": 2, "noise": 0.008680549999999995, "configurations": [{"trial_number": 0, "values": [0.2048611, 0.19097222], "mean": 0.19791666}, {"trial_number": 1, "values": [0.10069445, 0.11111111], "mean": 0.10590278}], "words": ["mean val_accuracy 0.1979 over 2 new seeds (the search saw 0.2847)", "0.0920 better than trial 1, more than the noise (+- 0.0373)"], "test": {"accuracy": 0.17409470752089135, "loss": 2.1948240681314126, "low": 0.09091503369810627, "high": 0.2572743813436764, "naive": 0.10027855153203342, "deviation": 0.029544851581610628, "seeds": 2.0}}, "champion": {"stands": true, "version": "1", "words": "trial 0 of done is the champion of done now, version 1"}}',1.79575425370999121671e+09,1.79575428077200508121e+09,'host-1-1-1bf79fa168',1.7957543406449890137e+09,1,0,'',4,3,0,'',NULL,0.0,72);
INSERT INTO "tuner_studies" VALUES('cut','cut','dataset: digits
validation: 0.2
parameters:
  hidden_layers: 1
  units: {int: [8, 16]}
  batch_size: 16
  learning_rate: 0.05
  optimizer: sgd
  epochs: 20
search:
  trials: 2
  seed: 3
  pruner: none
  finalists: 0
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [16], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.05], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [20], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 2, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "none", "options": {}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 0, "seeds": 3, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.pruner", "search.pruner.name", "search.seed", "search.trials", "validation"]}','/home/user/studies','e19bae8a062fff4ceaf96db553cfd1c32fe56b4d32c78eebbea9e5384d0607aa',3,2,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db','5de78e0198ed444a82c5d609d1db13a4','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{"limits": {"plateau": 50}}',NULL,1.7957543013500065804e+09,NULL,NULL,0.0,0,0,'',1,1,0,'',NULL,0.0,31);
INSERT INTO "tuner_studies" VALUES('live','live','dataset: digits
validation: 0.2
parameters:
  hidden_layers: 1
  units: {int: [8, 16]}
  batch_size: 16
  learning_rate: 0.05
  optimizer: sgd
  epochs: 20
search:
  trials: 2
  seed: 3
  pruner: none
  finalists: 0
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [16], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.05], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [20], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 2, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "none", "options": {}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 0, "seeds": 3, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.pruner", "search.pruner.name", "search.seed", "search.trials", "validation"]}','/home/user/studies','e19bae8a062fff4ceaf96db553cfd1c32fe56b4d32c78eebbea9e5384d0607aa',3,2,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db',NULL,'d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{"limits": {"plateau": 50}}',NULL,1.79575434971401691431e+09,NULL,NULL,0.0,0,0,'',1,0,0,'','host-1-2250-33dbcb6d30',1.79575443542801952367e+09,2);
CREATE TABLE tuner_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "tuner_version" VALUES(5);
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
INSERT INTO "tuner_workers" VALUES('host-1-1-1bf79fa168','host-1',1485,30913.78,'cpu','done',1.79575425586998748783e+09,1.79575428695201587672e+09,1.79575425586998748783e+09,1.7957542922549843788e+09,'delivering what is left to MLflow','machine-1','boot-1','boot-1 pid:[1]');
INSERT INTO "tuner_workers" VALUES('host-1-1970-fac2fd4e56','host-1',1970,30962.85,'cpu','cut',1.79575430846998405453e+09,1.79575433905601787565e+09,1.79575430846998405453e+09,1.79575434343201518062e+09,'training','machine-1','boot-1','boot-1 pid:[1]');
INSERT INTO "tuner_workers" VALUES('host-1-2250-33dbcb6d30','host-1',2250,31011.22,'cpu','live',1.79575435724698758126e+09,1.79575437304400491707e+09,1.79575435724698758126e+09,NULL,'training','machine-1','boot-1','boot-1 pid:[1]');
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
CREATE INDEX tuner_epochs_sequence ON tuner_epochs (study_name, sequence);
CREATE INDEX tuner_runs_worker ON tuner_runs (worker_id);
COMMIT;
