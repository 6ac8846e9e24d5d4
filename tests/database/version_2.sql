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
INSERT INTO "studies" VALUES(2,'coded');
INSERT INTO "studies" VALUES(3,'wild');
INSERT INTO "studies" VALUES(4,'cut');
INSERT INTO "studies" VALUES(5,'killed');
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
INSERT INTO "study_directions" VALUES(4,'MAXIMIZE',4,0);
INSERT INTO "study_directions" VALUES(5,'MAXIMIZE',5,0);
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
INSERT INTO "trial_intermediate_values" VALUES(1,1,1,0.1701389,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,2,0.2777778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(3,2,1,0.21527778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,2,2,0.3784722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,3,1,0.097222224,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,4,1,0.2777778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,4,2,0.2777778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,5,1,0.2013889,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(9,5,2,0.19791667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(10,6,1,0.24652778,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(11,6,2,0.4409722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(12,7,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(13,9,1,0.16666667,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(14,9,2,0.2048611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(15,10,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(16,10,2,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(17,10,3,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(18,10,4,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(19,10,5,0.097222224,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(20,10,6,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(21,10,7,0.097222224,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(22,10,8,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(23,10,9,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(24,10,10,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(25,10,11,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(26,10,12,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(27,11,1,0.45833334,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(28,11,2,0.7222222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(29,11,3,0.7881944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(30,11,4,0.8854167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(31,11,5,0.9409722,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(32,12,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(33,12,2,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(34,12,3,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(35,12,4,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(36,12,5,0.097222224,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(37,12,6,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(38,12,7,0.097222224,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(39,12,8,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(40,12,9,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(41,12,10,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(42,12,11,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(43,12,12,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(44,13,1,0.45833334,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(45,13,2,0.7222222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(46,13,3,0.7881944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(47,13,4,0.8854167,'FINITE');
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
INSERT INTO "trial_params" VALUES(1,1,'hidden_layers',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [1, 2]}}');
INSERT INTO "trial_params" VALUES(2,1,'units_1',8.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(3,1,'units_2',14.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(4,1,'optimizer',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["adam", "momentum"]}}');
INSERT INTO "trial_params" VALUES(5,1,'learning_rate',0.01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(6,1,'batch_size',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [64, 128]}}');
INSERT INTO "trial_params" VALUES(7,2,'hidden_layers',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [1, 2]}}');
INSERT INTO "trial_params" VALUES(8,2,'units_1',12.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(9,2,'units_2',12.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(10,2,'optimizer',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["adam", "momentum"]}}');
INSERT INTO "trial_params" VALUES(11,2,'learning_rate',3.38053474464364680021e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(12,2,'batch_size',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [64, 128]}}');
INSERT INTO "trial_params" VALUES(13,3,'hidden_layers',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [1, 2]}}');
INSERT INTO "trial_params" VALUES(14,3,'units_1',11.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(15,3,'units_2',10.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(16,3,'optimizer',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["adam", "momentum"]}}');
INSERT INTO "trial_params" VALUES(17,3,'learning_rate',1.3624362830672992735e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(18,3,'batch_size',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [64, 128]}}');
INSERT INTO "trial_params" VALUES(19,4,'hidden_layers',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [1, 2]}}');
INSERT INTO "trial_params" VALUES(20,4,'units_1',9.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(21,4,'units_2',12.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 16}}');
INSERT INTO "trial_params" VALUES(22,4,'optimizer',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["adam", "momentum"]}}');
INSERT INTO "trial_params" VALUES(23,4,'learning_rate',1.56792282520136702639e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(24,4,'momentum',8.43667248381113177302e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.8, "high": 0.95, "log": false}}');
INSERT INTO "trial_params" VALUES(25,4,'batch_size',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [64, 128]}}');
INSERT INTO "trial_params" VALUES(26,5,'units',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 4, "high": 16}}');
INSERT INTO "trial_params" VALUES(27,5,'learning_rate',0.001,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(28,6,'units',16.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 4, "high": 16}}');
INSERT INTO "trial_params" VALUES(29,6,'learning_rate',4.7525957628832505783e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(30,7,'units',16.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 4, "high": 16}}');
INSERT INTO "trial_params" VALUES(31,7,'learning_rate',8.56031468563596270593e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(32,8,'learning_rate',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [0.01, 1e+20]}}');
INSERT INTO "trial_params" VALUES(33,9,'learning_rate',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [0.01, 1e+20]}}');
INSERT INTO "trial_params" VALUES(34,10,'units',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [8, 16]}}');
INSERT INTO "trial_params" VALUES(35,10,'learning_rate',7.07174086657685607715e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(36,11,'units',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [8, 16]}}');
INSERT INTO "trial_params" VALUES(37,11,'learning_rate',1.60236540026626253507e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(38,12,'units',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [8, 16]}}');
INSERT INTO "trial_params" VALUES(39,12,'learning_rate',7.07174086657685607715e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(40,13,'units',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [8, 16]}}');
INSERT INTO "trial_params" VALUES(41,13,'learning_rate',1.60236540026626253507e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.1, "log": true}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,1,'fixed_params','{"hidden_layers": 1, "units_1": 8, "optimizer": "adam", "learning_rate": 0.01, "batch_size": 64}');
INSERT INTO "trial_system_attributes" VALUES(2,1,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(3,2,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(4,3,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(5,4,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(6,5,'fixed_params','{}');
INSERT INTO "trial_system_attributes" VALUES(7,5,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(8,6,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(9,7,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(10,8,'constraints:tuner_failed','1.0');
INSERT INTO "trial_system_attributes" VALUES(11,9,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(12,10,'constraints:tuner_failed','0.0');
INSERT INTO "trial_system_attributes" VALUES(13,12,'constraints:tuner_failed','0.0');
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
INSERT INTO "trial_user_attributes" VALUES(2,1,'baseline','"small"');
INSERT INTO "trial_user_attributes" VALUES(3,2,'tuner_ordinal','1');
INSERT INTO "trial_user_attributes" VALUES(4,3,'tuner_ordinal','2');
INSERT INTO "trial_user_attributes" VALUES(5,4,'tuner_ordinal','3');
INSERT INTO "trial_user_attributes" VALUES(6,5,'tuner_ordinal','0');
INSERT INTO "trial_user_attributes" VALUES(7,5,'baseline','"defaults"');
INSERT INTO "trial_user_attributes" VALUES(8,6,'tuner_ordinal','1');
INSERT INTO "trial_user_attributes" VALUES(9,7,'tuner_ordinal','2');
INSERT INTO "trial_user_attributes" VALUES(10,8,'tuner_ordinal','0');
INSERT INTO "trial_user_attributes" VALUES(11,9,'tuner_ordinal','1');
INSERT INTO "trial_user_attributes" VALUES(12,10,'tuner_ordinal','0');
INSERT INTO "trial_user_attributes" VALUES(13,11,'tuner_ordinal','1');
INSERT INTO "trial_user_attributes" VALUES(14,12,'tuner_ordinal','0');
INSERT INTO "trial_user_attributes" VALUES(15,13,'tuner_ordinal','1');
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
INSERT INTO "trial_values" VALUES(1,1,0,0.2777778,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,0.3784722,'FINITE');
INSERT INTO "trial_values" VALUES(3,3,0,0.097222224,'FINITE');
INSERT INTO "trial_values" VALUES(4,4,0,0.2777778,'FINITE');
INSERT INTO "trial_values" VALUES(5,5,0,0.2013889,'FINITE');
INSERT INTO "trial_values" VALUES(6,6,0,0.4409722,'FINITE');
INSERT INTO "trial_values" VALUES(7,7,0,0.10069445,'FINITE');
INSERT INTO "trial_values" VALUES(8,8,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(9,9,0,0.2048611,'FINITE');
INSERT INTO "trial_values" VALUES(10,10,0,0.10069445,'FINITE');
INSERT INTO "trial_values" VALUES(11,12,0,0.10069445,'FINITE');
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
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2023-09-26 20:17:05.608759','2023-09-26 20:17:06.051139');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2023-09-26 20:17:06.071773','2023-09-26 20:17:06.336187');
INSERT INTO "trials" VALUES(3,2,1,'PRUNED','2023-09-26 20:17:06.346202','2023-09-26 20:17:06.574619');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2023-09-26 20:17:06.583232','2023-09-26 20:17:06.818486');
INSERT INTO "trials" VALUES(5,0,2,'COMPLETE','2023-09-26 20:17:24.226097','2023-09-26 20:17:24.732315');
INSERT INTO "trials" VALUES(6,1,2,'COMPLETE','2023-09-26 20:17:24.752683','2023-09-26 20:17:25.040871');
INSERT INTO "trials" VALUES(7,2,2,'PRUNED','2023-09-26 20:17:25.050962','2023-09-26 20:17:25.203779');
INSERT INTO "trials" VALUES(8,0,3,'COMPLETE','2023-09-26 20:17:39.567930','2023-09-26 20:17:40.188920');
INSERT INTO "trials" VALUES(9,1,3,'COMPLETE','2023-09-26 20:17:40.223382','2023-09-26 20:17:40.426947');
INSERT INTO "trials" VALUES(10,0,4,'COMPLETE','2023-09-26 20:17:53.944583','2023-09-26 20:17:54.715015');
INSERT INTO "trials" VALUES(11,1,4,'RUNNING','2023-09-26 20:17:54.737708',NULL);
INSERT INTO "trials" VALUES(12,0,5,'COMPLETE','2023-09-26 20:18:06.898935','2023-09-26 20:18:07.633342');
INSERT INTO "trials" VALUES(13,1,5,'RUNNING','2023-09-26 20:18:07.656962',NULL);
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
INSERT INTO "tuner_epochs" VALUES('done',0,1,'{"loss": 3.540691, "accuracy": 0.16347826, "val_loss": 2.1732635, "val_accuracy": 0.1701389, "learning_rate": 0.01, "health/layer_1/gradient_norm": 1.331, "health/layer_1/gradient_to_weights": 0.3332, "health/layer_1/activation_spread": 0.4297, "health/layer_1/unit_spread": 0.926, "health/layer_1/dead_units": 0.5, "health/output/gradient_norm": 0.3173, "health/output/gradient_to_weights": 0.1195}',2.33790094000028148002e-01,1695724225.986,'host-1-1-426475');
INSERT INTO "tuner_epochs" VALUES('done',0,2,'{"loss": 2.0471814, "accuracy": 0.21043478, "val_loss": 1.9301041, "val_accuracy": 0.2777778, "learning_rate": 0.01}',8.34288399994420615257e-03,1695724226.004,'host-1-1-426475');
INSERT INTO "tuner_epochs" VALUES('done',1,1,'{"loss": 4.8337297, "accuracy": 0.1626087, "val_loss": 3.494932, "val_accuracy": 0.21527778, "learning_rate": 0.0033805347, "health/layer_1/gradient_norm": 8.453, "health/layer_1/gradient_to_weights": 1.895, "health/layer_1/activation_spread": 2.983, "health/layer_1/unit_spread": 0.7706, "health/layer_1/dead_units": 0.1667, "health/output/gradient_norm": 3.931, "health/output/gradient_to_weights": 1.223}',1.45185160999972140416e-01,1695724226.274,'host-1-1-426475');
INSERT INTO "tuner_epochs" VALUES('done',1,2,'{"loss": 2.8811812, "accuracy": 0.28869566, "val_loss": 2.4051487, "val_accuracy": 0.3784722, "learning_rate": 0.0033805347}',6.09243600001718732528e-03,1695724226.289,'host-1-1-426475');
INSERT INTO "tuner_epochs" VALUES('done',2,1,'{"loss": 8.007921, "accuracy": 0.10956522, "val_loss": 5.7827396, "val_accuracy": 0.097222224, "learning_rate": 0.0013624363, "health/layer_1/gradient_norm": 16.78, "health/layer_1/gradient_to_weights": 3.858, "health/layer_1/activation_spread": 2.662, "health/layer_1/unit_spread": 0.8351, "health/layer_1/dead_units": 0.09091, "health/output/gradient_norm": 6.666, "health/output/gradient_to_weights": 2.156}',1.50968067999997401784e-01,1695724226.541,'host-1-1-426475');
INSERT INTO "tuner_epochs" VALUES('done',3,1,'{"loss": 2.3956022, "accuracy": 0.17130435, "val_loss": 1.9736772, "val_accuracy": 0.2777778, "learning_rate": 0.015679229, "health/layer_1/gradient_norm": 2.786, "health/layer_1/gradient_to_weights": 0.6667, "health/layer_1/activation_spread": 1.0, "health/layer_1/unit_spread": 0.9428, "health/layer_1/dead_units": 0.7778, "health/output/gradient_norm": 0.6889, "health/output/gradient_to_weights": 0.231}',1.40311662000044634623e-01,1695724226.766,'host-1-1-426475');
INSERT INTO "tuner_epochs" VALUES('done',3,2,'{"loss": 1.8602048, "accuracy": 0.26782608, "val_loss": 1.7857263, "val_accuracy": 0.2777778, "learning_rate": 0.015679229}',5.27975099998911900911e-03,1695724226.781,'host-1-1-426475');
INSERT INTO "tuner_epochs" VALUES('coded',0,1,'{"loss": 3.5483854, "accuracy": 0.16695653, "val_loss": 2.4828, "val_accuracy": 0.2013889, "learning_rate": 0.001, "health/layer_1/gradient_norm": 3.182, "health/layer_1/gradient_to_weights": 1.163, "health/layer_1/activation_spread": 2.297, "health/layer_1/unit_spread": 0.7994, "health/layer_1/dead_units": 0.0, "health/output/gradient_norm": 1.405, "health/output/gradient_to_weights": 0.5855}',2.31679024000072786293e-01,1695724244.658,'host-1-1-022005');
INSERT INTO "tuner_epochs" VALUES('coded',0,2,'{"loss": 2.2865791, "accuracy": 0.21391304, "val_loss": 2.1481194, "val_accuracy": 0.19791667, "learning_rate": 0.001}',6.13292600007753208046e-03,1695724244.673,'host-1-1-022005');
INSERT INTO "tuner_epochs" VALUES('coded',1,1,'{"loss": 3.17908, "accuracy": 0.12347826, "val_loss": 2.057393, "val_accuracy": 0.24652778, "learning_rate": 0.004752596, "health/layer_1/gradient_norm": 1.249, "health/layer_1/gradient_to_weights": 0.2404, "health/layer_1/activation_spread": 0.5689, "health/layer_1/unit_spread": 0.9527, "health/layer_1/dead_units": 0.4375, "health/output/gradient_norm": 0.5299, "health/output/gradient_to_weights": 0.1683}',1.47230835000073057017e-01,1695724244.962,'host-1-1-022005');
INSERT INTO "tuner_epochs" VALUES('coded',1,2,'{"loss": 1.8663366, "accuracy": 0.32434782, "val_loss": 1.609884, "val_accuracy": 0.4409722, "learning_rate": 0.004752596}',1.07381659998964096303e-02,1695724244.981,'host-1-1-022005');
INSERT INTO "tuner_epochs" VALUES('coded',2,1,'{"loss": 3.0990703, "accuracy": 0.10173913, "val_loss": 2.3117023, "val_accuracy": 0.10069445, "learning_rate": 0.08560315, "health/layer_1/gradient_norm": 0.0, "health/layer_1/gradient_to_weights": 0.0, "health/layer_1/activation_spread": 0.0, "health/layer_1/unit_spread": 0.0, "health/layer_1/dead_units": 1.0, "health/output/gradient_norm": 0.0, "health/output/gradient_to_weights": 0.0}',3.63461069999857500079e-02,1695724245.150,'host-1-1-022005');
INSERT INTO "tuner_epochs" VALUES('wild',1,1,'{"loss": 2.6159437, "accuracy": 0.14521739, "val_loss": 2.2437277, "val_accuracy": 0.16666667, "learning_rate": 0.01, "health/layer_1/gradient_norm": 1.069, "health/layer_1/gradient_to_weights": 0.2818, "health/layer_1/activation_spread": 0.5883, "health/layer_1/unit_spread": 0.9106, "health/layer_1/dead_units": 0.125, "health/output/gradient_norm": 0.1874, "health/output/gradient_to_weights": 0.06082}',2.64224280000462385942e-02,1695724260.320,'host-1-1-d6b095');
INSERT INTO "tuner_epochs" VALUES('wild',1,2,'{"loss": 2.190388, "accuracy": 0.16347826, "val_loss": 2.1321683, "val_accuracy": 0.2048611, "learning_rate": 0.01}',5.58432200000424927566e-03,1695724260.337,'host-1-1-d6b095');
INSERT INTO "tuner_epochs" VALUES('cut',0,1,'{"loss": 2.4617796, "accuracy": 0.07826087, "val_loss": 2.307376, "val_accuracy": 0.10069445, "learning_rate": 0.07071741, "health/layer_1/gradient_norm": 0.0, "health/layer_1/gradient_to_weights": 0.0, "health/layer_1/activation_spread": 0.0, "health/layer_1/unit_spread": 0.0, "health/layer_1/dead_units": 1.0, "health/output/gradient_norm": 0.0, "health/output/gradient_to_weights": 0.0}',3.17366579999998066341e-01,1695724274.420,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,2,'{"loss": 2.3122077, "accuracy": 0.08608696, "val_loss": 2.3053217, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.57684560000461715389e-02,1695724274.451,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,3,'{"loss": 2.310353, "accuracy": 0.09130435, "val_loss": 2.307245, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.07124280000334692886e-02,1695724274.470,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,4,'{"loss": 2.3164968, "accuracy": 0.069565214, "val_loss": 2.3064556, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.01017119999369242577e-02,1695724274.488,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,5,'{"loss": 2.3094966, "accuracy": 0.08086956, "val_loss": 2.3052504, "val_accuracy": 0.097222224, "learning_rate": 0.07071741}',1.02408989999958066619e-02,1695724274.506,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,6,'{"loss": 2.309143, "accuracy": 0.09391304, "val_loss": 2.3046963, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.03789239999514393275e-02,1695724274.525,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,7,'{"loss": 2.3111544, "accuracy": 0.085217394, "val_loss": 2.305523, "val_accuracy": 0.097222224, "learning_rate": 0.07071741}',1.07909749999635096173e-02,1695724274.544,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,8,'{"loss": 2.3089767, "accuracy": 0.08086956, "val_loss": 2.3044922, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.07747509999853718909e-02,1695724274.564,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,9,'{"loss": 2.310379, "accuracy": 0.09304348, "val_loss": 2.3062172, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.13448259999131551012e-02,1695724274.584,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,10,'{"loss": 2.314524, "accuracy": 0.09304348, "val_loss": 2.307087, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.06084939999391281162e-02,1695724274.603,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,11,'{"loss": 2.310412, "accuracy": 0.09217391, "val_loss": 2.3050637, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',0.00990196600002946,1695724274.621,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',0,12,'{"loss": 2.3131876, "accuracy": 0.09391304, "val_loss": 2.3087554, "val_accuracy": 0.10069445, "learning_rate": 0.07071741, "health/layer_1/gradient_norm": 0.0, "health/layer_1/gradient_to_weights": 0.0, "health/layer_1/activation_spread": 0.0, "health/layer_1/unit_spread": 0.0, "health/layer_1/dead_units": 1.0, "health/output/gradient_norm": 0.0, "health/output/gradient_to_weights": 0.0}',1.0613951999971504847e-02,1695724274.640,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',1,1,'{"loss": 2.350417, "accuracy": 0.3269565, "val_loss": 1.4021105, "val_accuracy": 0.45833334, "learning_rate": 0.016023654, "health/layer_1/gradient_norm": 0.7084, "health/layer_1/gradient_to_weights": 0.1221, "health/layer_1/activation_spread": 1.298, "health/layer_1/unit_spread": 0.9308, "health/layer_1/dead_units": 0.5625, "health/output/gradient_norm": 0.7368, "health/output/gradient_to_weights": 0.2146}',2.09122750000005908077e-01,1695724275.023,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',1,2,'{"loss": 1.1786889, "accuracy": 0.56608695, "val_loss": 0.8999729, "val_accuracy": 0.7222222, "learning_rate": 0.016023654}',1.61741590000019641593e-02,1695724275.051,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',1,3,'{"loss": 0.75331897, "accuracy": 0.73913044, "val_loss": 0.50318706, "val_accuracy": 0.7881944, "learning_rate": 0.016023654}',1.17610629999944649171e-02,1695724275.071,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',1,4,'{"loss": 0.50332946, "accuracy": 0.833913, "val_loss": 0.32827324, "val_accuracy": 0.8854167, "learning_rate": 0.016023654}',1.17742429999907471938e-02,1695724275.103,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('cut',1,5,'{"loss": 0.3517748, "accuracy": 0.8878261, "val_loss": 0.24498098, "val_accuracy": 0.9409722, "learning_rate": 0.016023654}',1.1776996999969924218e-02,1695724275.125,'host-1-1-362f6a');
INSERT INTO "tuner_epochs" VALUES('killed',0,1,'{"loss": 2.4617796, "accuracy": 0.07826087, "val_loss": 2.307376, "val_accuracy": 0.10069445, "learning_rate": 0.07071741, "health/layer_1/gradient_norm": 0.0, "health/layer_1/gradient_to_weights": 0.0, "health/layer_1/activation_spread": 0.0, "health/layer_1/unit_spread": 0.0, "health/layer_1/dead_units": 1.0, "health/output/gradient_norm": 0.0, "health/output/gradient_to_weights": 0.0}',2.83888016999981118715e-01,1695724287.375,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,2,'{"loss": 2.3122077, "accuracy": 0.08608696, "val_loss": 2.3053217, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.07263989999637487926e-02,1695724287.397,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,3,'{"loss": 2.310353, "accuracy": 0.09130435, "val_loss": 2.307245, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.02167930000405249302e-02,1695724287.414,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,4,'{"loss": 2.3164968, "accuracy": 0.069565214, "val_loss": 2.3064556, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',9.91029800002252159174e-03,1695724287.432,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,5,'{"loss": 2.3094966, "accuracy": 0.08086956, "val_loss": 2.3052504, "val_accuracy": 0.097222224, "learning_rate": 0.07071741}',0.00985778099993695,1695724287.450,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,6,'{"loss": 2.309143, "accuracy": 0.09391304, "val_loss": 2.3046963, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',1.12426350000305319554e-02,1695724287.470,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,7,'{"loss": 2.3111544, "accuracy": 0.085217394, "val_loss": 2.305523, "val_accuracy": 0.097222224, "learning_rate": 0.07071741}',9.53796600003897765418e-03,1695724287.487,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,8,'{"loss": 2.3089767, "accuracy": 0.08086956, "val_loss": 2.3044922, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',9.31430399998589564347e-03,1695724287.504,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,9,'{"loss": 2.310379, "accuracy": 0.09304348, "val_loss": 2.3062172, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',9.244279999961690919e-03,1695724287.521,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,10,'{"loss": 2.314524, "accuracy": 0.09304348, "val_loss": 2.307087, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',9.01225600000543636269e-03,1695724287.537,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,11,'{"loss": 2.310412, "accuracy": 0.09217391, "val_loss": 2.3050637, "val_accuracy": 0.10069445, "learning_rate": 0.07071741}',9.03040399998644716106e-03,1695724287.553,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',0,12,'{"loss": 2.3131876, "accuracy": 0.09391304, "val_loss": 2.3087554, "val_accuracy": 0.10069445, "learning_rate": 0.07071741, "health/layer_1/gradient_norm": 0.0, "health/layer_1/gradient_to_weights": 0.0, "health/layer_1/activation_spread": 0.0, "health/layer_1/unit_spread": 0.0, "health/layer_1/dead_units": 1.0, "health/output/gradient_norm": 0.0, "health/output/gradient_to_weights": 0.0}',1.01291129999481199774e-02,1695724287.571,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',1,1,'{"loss": 2.350417, "accuracy": 0.3269565, "val_loss": 1.4021105, "val_accuracy": 0.45833334, "learning_rate": 0.016023654, "health/layer_1/gradient_norm": 0.7084, "health/layer_1/gradient_to_weights": 0.1221, "health/layer_1/activation_spread": 1.298, "health/layer_1/unit_spread": 0.9308, "health/layer_1/dead_units": 0.5625, "health/output/gradient_norm": 0.7368, "health/output/gradient_to_weights": 0.2146}',1.45396094000034281634e-01,1695724287.885,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',1,2,'{"loss": 1.1786889, "accuracy": 0.56608695, "val_loss": 0.8999729, "val_accuracy": 0.7222222, "learning_rate": 0.016023654}',9.79467699994529539253e-03,1695724287.903,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',1,3,'{"loss": 0.75331897, "accuracy": 0.73913044, "val_loss": 0.50318706, "val_accuracy": 0.7881944, "learning_rate": 0.016023654}',9.56996299998991162283e-03,1695724287.920,'host-1-31897-4527');
INSERT INTO "tuner_epochs" VALUES('killed',1,4,'{"loss": 0.50332946, "accuracy": 0.833913, "val_loss": 0.32827324, "val_accuracy": 0.8854167, "learning_rate": 0.016023654}',9.43164900002102513099e-03,1695724287.936,'host-1-31897-4527');
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
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,0,1,'{"loss": 7.195157, "accuracy": 0.15304348, "val_loss": 4.7138386, "val_accuracy": 0.17708333, "learning_rate": 0.0033805347}',5.44201099990004877327e-03,1695724226.867,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,0,2,'{"loss": 3.6692977, "accuracy": 0.21826087, "val_loss": 2.8157115, "val_accuracy": 0.26041666, "learning_rate": 0.0033805347}',5.82308700006706203566e-03,1695724226.881,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,1,1,'{"loss": 2.9682992, "accuracy": 0.19478261, "val_loss": 2.0925612, "val_accuracy": 0.21527778, "learning_rate": 0.01}',3.48450699999602875323e-02,1695724226.958,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,1,2,'{"loss": 1.9473894, "accuracy": 0.26086956, "val_loss": 1.7186195, "val_accuracy": 0.3576389, "learning_rate": 0.01}',0.00851939599999696,1695724226.971,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,2,1,'{"loss": 9.276868, "accuracy": 0.09043478, "val_loss": 4.367457, "val_accuracy": 0.06944445, "learning_rate": 0.0033805347}',5.98677899995436746394e-03,1695724227.010,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,2,2,'{"loss": 3.1939497, "accuracy": 0.09217391, "val_loss": 2.3380177, "val_accuracy": 0.10763889, "learning_rate": 0.0033805347}',5.78057300003820273559e-03,1695724227.021,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,3,1,'{"loss": 3.5325575, "accuracy": 0.14782609, "val_loss": 2.0647547, "val_accuracy": 0.1875, "learning_rate": 0.01}',6.30210700001043733209e-03,1695724227.058,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,3,2,'{"loss": 2.084514, "accuracy": 0.1747826, "val_loss": 2.0099287, "val_accuracy": 0.19444445, "learning_rate": 0.01}',6.11290699998789932578e-03,1695724227.068,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,4,1,'{"loss": 4.335503, "accuracy": 0.13699582, "learning_rate": 0.01}',5.44534829999747671536e-02,1695724227.165,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,4,2,'{"loss": 2.1559618, "accuracy": 0.18080668, "learning_rate": 0.01}',7.35039200003484438639e-03,1695724227.178,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,5,1,'{"loss": 2.8571799, "accuracy": 0.12934631, "learning_rate": 0.01}',2.90308970000978661119e-02,1695724227.432,'host-1-1-426475');
INSERT INTO "tuner_finalist_epochs" VALUES('done',0,5,2,'{"loss": 1.9837735, "accuracy": 0.25173852, "learning_rate": 0.01}',8.0677150000383335282e-03,1695724227.445,'host-1-1-426475');
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
	recorder TEXT, 
	recording_until DOUBLE NOT NULL, 
	PRIMARY KEY (study_name, round, ordinal), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
INSERT INTO "tuner_finalists" VALUES('done',0,0,'compare',1,1,0,144900491,0,'','complete','','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "144900491", "seed_number": "0", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "910", "training_seconds": "0.04"}',0.26041666,2,'null',1695724226.842,1695724226.887,1,'host-1-1-426475',1695724286.882,1,0,'checkpoint-1-2.npz','13f298904a664ba2b533506240ab34ff',4,4,NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,1,'compare',0,0,0,1401044894,0,'','complete','','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1401044894", "seed_number": "0", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "610", "training_seconds": "0.08"}',0.3576389,2,'null',1695724226.896,1695724226.977,1,'host-1-1-426475',1695724286.972,1,0,'checkpoint-1-2.npz','0a8418790e584c7a803b0d0813cca437',4,4,NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,2,'compare',1,1,1,1547149185,0,'','complete','','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1547149185", "seed_number": "1", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "910", "training_seconds": "0.04"}',0.10763889,2,'null',1695724226.986,1695724227.025,1,'host-1-1-426475',1695724287.022,1,0,'checkpoint-1-2.npz','e83a93f13be54177a71d5832a1c7bce1',4,4,NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,3,'compare',0,0,1,1471119861,0,'','complete','','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1471119861", "seed_number": "1", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "610", "training_seconds": "0.04"}',0.19444445,2,'null',1695724227.034,1695724227.073,1,'host-1-1-426475',1695724287.070,1,0,'checkpoint-1-2.npz','d904df17d98a4005b5c483de9b07dac6',4,4,NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,4,'final',0,0,0,1070459808,2,'','complete','','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1438", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1070459808", "seed_number": "0", "kind": "final", "learnt_from": "training and validation rows", "path": "compiled", "parameters": "610", "training_seconds": "0.09", "averaged_epochs": "1"}',0.276041675,2,'{"accuracy": 0.181058495821727, "loss": 2.1592477955019955, "low": 0.14467054167130752, "high": 0.22419981645687528, "naive": 0.10027855153203342}',1695724227.090,1695724227.343,1,'host-1-1-426475',1695724287.342,1,0,'checkpoint-1-2.npz','1eeede8a84aa4ea09f1dfc5046bf7846',4,4,NULL,0.0);
INSERT INTO "tuner_finalists" VALUES('done',0,5,'final',0,0,1,548301853,2,'','complete','','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1438", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "548301853", "seed_number": "1", "kind": "final", "learnt_from": "training and validation rows", "path": "compiled", "parameters": "610", "training_seconds": "0.08", "averaged_epochs": "1"}',0.276041675,2,'{"accuracy": 0.298050139275766, "loss": 1.8710862095670375, "low": 0.25307583395372013, "high": 0.3473005936820288, "naive": 0.10027855153203342}',1695724227.366,1695724227.582,1,'host-1-1-426475',1695724287.581,1,0,'checkpoint-1-2.npz','dde60290d521418cbee52476b9c92c53',4,4,NULL,0.0);
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
	round INTEGER NOT NULL, 
	ended VARCHAR(32) NOT NULL, 
	changes INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	PRIMARY KEY (study_name)
);
INSERT INTO "tuner_studies" VALUES('done','net','dataset: digits            # scikit-learn
model: mlp

parameters:
  hidden_layers: [1, 2]
  units: {int: [8, 16], per: hidden_layer}
  learning_rate: {float: [1.0e-3, 1.0e-1], log: true}
  optimizer: [adam, momentum]
  momentum: {float: [0.8, 0.95], when: {optimizer: [momentum]}}
  batch_size: [64, 128]
  epochs: 2

baselines:
  small: {hidden_layers: 1, units: 8, learning_rate: 0.01, batch_size: 64, epochs: 2}

search:
  trials: 4
  seed: 7
  finalists: {configurations: 2, seeds: 2}
','/studies','1bb1432f9d652f10e8f8885f6adad6f4d133f460399b814626a6d4e21c1ff639',7,4,300.0,1695724521.233,'running','sqlite:////studies/mlflow.db','ee2b651559bd462eae1d61ea912342fe','dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519','{}','{"figures": {"trials": 4, "complete": 3, "pruned": 1, "failed": 0, "ended_by": "all trials were run", "value": 0.2777778, "best_trial": 0, "baseline": "small", "baseline_value": 0.2777778, "gain_over_baseline": 0.10069439999999996, "value_mean": 0.276041675, "noise": 0.11177373966743642, "test_accuracy": 0.2395543175487465, "test_loss": 2.0151670025345165, "test_low": 0.0, "test_high": 0.6986771023110306, "test_naive": 0.10027855153203342, "test_deviation": 0.08272558442850975, "test_seeds": 2.0, "finalists_1": "mean val_accuracy 0.2760 over 2 new seeds (the search saw 0.2778)", "finalists_2": "no clear difference to trial 1: +0.0920, within the noise (+- 0.4809)"}, "best_ordinal": 0, "test": {"accuracy": 0.2395543175487465, "loss": 2.0151670025345165, "low": 0.0, "high": 0.6986771023110306, "naive": 0.10027855153203342, "deviation": 0.08272558442850975, "seeds": 2.0}, "finalists": {"winner": 0, "final": {"round": 0, "ordinal": 4}, "epochs": 2, "averaged": 1, "noise": 0.11177373966743642, "configurations": [{"trial_number": 1, "values": [0.26041666, 0.10763889], "mean": 0.184027775, "out": ""}, {"trial_number": 0, "values": [0.3576389, 0.19444445], "mean": 0.276041675, "out": ""}], "words": ["mean val_accuracy 0.2760 over 2 new seeds (the search saw 0.2778)", "no clear difference to trial 1: +0.0920, within the noise (+- 0.4809)"], "test": {"accuracy": 0.2395543175487465, "loss": 2.0151670025345165, "low": 0.0, "high": 0.6986771023110306, "naive": 0.10027855153203342, "deviation": 0.08272558442850975, "seeds": 2.0}}, "champion": {"stands": true, "version": "1", "words": "trial 0 of done is the champion of net now, version 1"}}',1695724221.233,1695724227.611,'host-1-1-426475',1695724287.595,0,'',3,3);
INSERT INTO "tuner_studies" VALUES('coded','version_2_code','# Written by tune start --space version_2_code.py
dataset: digits
model:
  keras_tuner: version_2_code.py:build_model
parameters:
  epochs: 2
','/studies','ebcb086ca319a7d2d1edd7836f9817c6d68aeca3220bae6d82b05fc3cab9f502',5,3,NULL,NULL,'running','sqlite:////studies/mlflow.db','aa6cd52da3fa4a78a0aa53223c75986a','f89b7c4986597bcaac93c436f5fb99612000cf760b4fc74e2eef254e325781d2','{"code_digest": "8c61181cff41ae101feece1c32b1dcd00d0ae79fbb0eafa3471284f790624c78", "code_place": "version_2_code.py"}','{"figures": {"trials": 3, "complete": 2, "pruned": 1, "failed": 0, "ended_by": "all trials were run", "value": 0.4409722, "best_trial": 1, "baseline": "defaults", "baseline_value": 0.2013889, "gain_over_baseline": 0.23958329999999997, "test_accuracy": 0.4763231197771588, "test_loss": 1.6116811287031567, "test_low": 0.4251839417546485, "test_high": 0.5279636394164392, "test_naive": 0.10027855153203342}, "best_ordinal": 1, "test": {"accuracy": 0.4763231197771588, "loss": 1.6116811287031567, "low": 0.4251839417546485, "high": 0.5279636394164392, "naive": 0.10027855153203342, "seeds": 1.0}, "champion": {"stands": true, "version": "1", "words": "trial 1 of coded is the champion of version_2_code now, version 1"}}',1695724240.155,1695724245.353,'host-1-1-022005',1695724305.213,0,'',3,3);
INSERT INTO "tuner_studies" VALUES('wild','wild','dataset: digits
model: mlp
parameters:
  units: 8
  optimizer: sgd
  learning_rate: [0.01, 1.0e+20]
  epochs: 2
search:
  sampler: grid
  seed: 1
  finalists: 0
','/studies','5c18f76e374b36aca8cc56078a457694cadc2a69f1962b1ca392f6165f8e947a',1,2,NULL,NULL,'running','sqlite:////studies/mlflow.db','be7b337b4a6e4bd18733e556a9411b64','841eaabefe5aeab891831d7c373c134e5544fb4efc038af6f3e50a3ae6279879','{}','{"figures": {"trials": 2, "complete": 1, "pruned": 0, "failed": 1, "ended_by": "all trials were run", "value": 0.2048611, "best_trial": 1, "test_accuracy": 0.21448467966573817, "test_loss": 2.128961148368541, "test_low": 0.1751651575208858, "test_high": 0.2598497918951731, "test_naive": 0.10027855153203342}, "best_ordinal": 1, "test": {"accuracy": 0.21448467966573817, "loss": 2.128961148368541, "low": 0.1751651575208858, "high": 0.2598497918951731, "naive": 0.10027855153203342, "seeds": 1.0}, "champion": {"stands": true, "version": "1", "words": "trial 1 of wild is the champion of wild now, version 1"}}',1695724253.162,1695724260.612,'host-1-1-d6b095',1695724320.449,0,'',3,3);
INSERT INTO "tuner_studies" VALUES('cut','killed','dataset: digits
model: mlp
parameters:
  units: [8, 16]
  learning_rate: {float: [1.0e-3, 1.0e-1], log: true}
  epochs: 12
search:
  trials: 3
  seed: 3
  sampler: {name: tpe, startup_trials: 5}
  pruner: {name: percentile, percentile: 60}
  finalists: 0
','/studies','1840dae20e24589ce8f82bf32d8c661f2180d947d4c632fc89eef29d0f5f2fa2',3,3,NULL,NULL,'stopping','sqlite:////studies/mlflow.db','3603ce3b37324f9f83126d66be28d633','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{}',NULL,1695724267.624,NULL,NULL,0.0,0,'',1,1);
INSERT INTO "tuner_studies" VALUES('killed','killed','dataset: digits
model: mlp
parameters:
  units: [8, 16]
  learning_rate: {float: [1.0e-3, 1.0e-1], log: true}
  epochs: 12
search:
  trials: 3
  seed: 3
  sampler: {name: tpe, startup_trials: 5}
  pruner: {name: percentile, percentile: 60}
  finalists: 0
','/studies','1840dae20e24589ce8f82bf32d8c661f2180d947d4c632fc89eef29d0f5f2fa2',3,3,NULL,NULL,'running','sqlite:////studies/mlflow.db',NULL,'d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{}',NULL,1695724280.740,NULL,NULL,0.0,0,'',1,0);
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
	granted INTEGER NOT NULL, 
	mlflow_run_id TEXT, 
	changes INTEGER NOT NULL, 
	recorded INTEGER NOT NULL, 
	recorder TEXT, 
	recording_until DOUBLE NOT NULL, 
	PRIMARY KEY (study_name, ordinal), 
	UNIQUE (study_name, trial_number), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
INSERT INTO "tuner_trials" VALUES('done',0,0,'small','complete','','{"hidden_layers": 1, "units_1": 8, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "adam", "learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.999, "schedule": "constant", "batch_size": 64, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "81436219", "path": "compiled", "parameters": "610", "training_seconds": "0.39"}',0.2777778,2,1695724225.602,1695724226.041,1,'host-1-1-426475',1695724286.027,1,0,'checkpoint-1-2.npz',0,1,'8d81db6c2dfa4b92950979d76994aad5',5,5,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('done',1,1,'','complete','','{"hidden_layers": 1, "units_1": 12, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "adam", "learning_rate": 0.003380534744643647, "beta_1": 0.9, "beta_2": 0.999, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "696980593", "path": "compiled", "parameters": "910", "training_seconds": "0.23"}',0.3784722,2,1695724226.068,1695724226.327,1,'host-1-1-426475',1695724286.314,1,0,'checkpoint-1-2.npz',0,1,'5aa2eff6c8e24677b254db1f94dfad0e',5,5,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('done',2,2,'','pruned','pruned at epoch 1 of 2','{"hidden_layers": 1, "units_1": 11, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "adam", "learning_rate": 0.0013624362830672993, "beta_1": 0.9, "beta_2": 0.999, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1269534974", "path": "compiled", "parameters": "835", "training_seconds": "0.20"}',0.097222224,1,1695724226.343,1695724226.567,1,'host-1-1-426475',1695724286.566,1,0,'checkpoint-1-1.npz',0,1,'11b12d08fea1430aa5f8d0d2bede6972',4,4,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('done',3,3,'','complete','','{"hidden_layers": 1, "units_1": 9, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "momentum", "learning_rate": 0.01567922825201367, "momentum": 0.8436672483811132, "schedule": "constant", "batch_size": 64, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "dea30d6322d6a2c67cc0eb5b35bfdd9a0ff56dbe68874ac6a44bbf562d4f4519", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1568365722", "path": "compiled", "parameters": "685", "training_seconds": "0.21", "illness": "dead units", "verdict": "dead units: 78% of layer 1 give nothing on any row (learning rate 0.0157 with momentum)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.2777778,1,1695724226.580,1695724226.810,1,'host-1-1-426475',1695724286.805,1,0,'checkpoint-1-2.npz',0,1,'f58e9f582dc44129b519687bcaebdd1e',5,5,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('coded',0,0,'defaults','complete','','{"epochs": 2, "units": 4, "learning_rate": 0.001}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "f89b7c4986597bcaac93c436f5fb99612000cf760b4fc74e2eef254e325781d2", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1748826151", "path": "compiled", "parameters": "310", "training_seconds": "0.35"}',0.2013889,1,1695724244.217,1695724244.723,1,'host-1-1-022005',1695724304.720,1,0,'checkpoint-1-2.npz',0,1,'30b41bc25c6d4ab7a93664e2fe6fe9c2',5,5,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('coded',1,1,'','complete','','{"epochs": 2, "units": 16, "learning_rate": 0.004752595762883251}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "f89b7c4986597bcaac93c436f5fb99612000cf760b4fc74e2eef254e325781d2", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1316158403", "path": "compiled", "parameters": "1210", "training_seconds": "0.24"}',0.4409722,2,1695724244.749,1695724245.032,1,'host-1-1-022005',1695724305.030,1,0,'checkpoint-1-2.npz',0,1,'873515a3ca8d4607b300ac7e0fecc44c',5,5,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('coded',2,2,'','pruned','pruned at epoch 1 of 2','{"epochs": 2, "units": 16, "learning_rate": 0.08560314685635963}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "f89b7c4986597bcaac93c436f5fb99612000cf760b4fc74e2eef254e325781d2", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "37484976", "path": "compiled", "parameters": "1210", "training_seconds": "0.10", "illness": "dead units", "verdict": "dead units: 100% of layer 1 give nothing on any row (learning rate 0.0856)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.10069445,1,1695724245.048,1695724245.197,1,'host-1-1-022005',1695724305.195,1,0,'checkpoint-1-1.npz',0,1,'b9fd97735791401db199f3ee61efc4fc',4,4,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('wild',0,0,'','diverged','diverged at epoch 1: loss is nan (sgd, learning rate 1e+20)','{"hidden_layers": 1, "units": 8, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 1e+20, "schedule": "constant", "batch_size": 32, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "841eaabefe5aeab891831d7c373c134e5544fb4efc038af6f3e50a3ae6279879", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "648967278", "path": "compiled", "parameters": "610", "training_seconds": "0.51", "illness": "diverged", "verdict": "diverged at epoch 1: learning rate 1e+20 with sgd", "remedy": "A learning rate ten times smaller, or adam. Inputs normalized to a small range."}',0.0,0,1695724259.545,1695724260.161,1,'host-1-1-d6b095',1695724319.547,1,0,'',0,1,'17d337572f134e38a09a5b7477fea921',3,3,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('wild',1,1,'','complete','','{"hidden_layers": 1, "units": 8, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.01, "schedule": "constant", "batch_size": 32, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "841eaabefe5aeab891831d7c373c134e5544fb4efc038af6f3e50a3ae6279879", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "158231213", "path": "compiled", "parameters": "610", "training_seconds": "0.15"}',0.2048611,2,1695724260.220,1695724260.410,1,'host-1-1-d6b095',1695724320.385,1,0,'checkpoint-1-2.npz',0,1,'3e83f46b47cf4afeacaf17ebc7e112e5',5,5,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('cut',0,0,'','complete','','{"hidden_layers": 1, "units": 8, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "adam", "learning_rate": 0.07071740866576856, "beta_1": 0.9, "beta_2": 0.999, "schedule": "constant", "batch_size": 32, "epochs": 12}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "310676273", "path": "compiled", "parameters": "610", "training_seconds": "0.71", "illness": "dead units", "verdict": "dead units: 100% of layer 1 give nothing on any row (learning rate 0.0707 with adam)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.10069445,1,1695724273.925,1695724274.698,1,'host-1-1-362f6a',1695724334.683,1,0,'checkpoint-1-12.npz',0,1,'ac516a80a7bb4e8486af22a6ffed2ca5',15,15,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('cut',1,1,'','running','','{"hidden_layers": 1, "units": 16, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "adam", "learning_rate": 0.016023654002662625, "beta_1": 0.9, "beta_2": 0.999, "schedule": "constant", "batch_size": 32, "epochs": 12}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "937462790"}',0.9409722,5,1695724274.734,NULL,0,NULL,0.0,1,0,'checkpoint-1-5.npz',0,1,'92faf33a1e8b4d889d4f56747db46f40',7,7,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('killed',0,0,'','complete','','{"hidden_layers": 1, "units": 8, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "adam", "learning_rate": 0.07071740866576856, "beta_1": 0.9, "beta_2": 0.999, "schedule": "constant", "batch_size": 32, "epochs": 12}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "310676273", "path": "compiled", "parameters": "610", "training_seconds": "0.67", "illness": "dead units", "verdict": "dead units: 100% of layer 1 give nothing on any row (learning rate 0.0707 with adam)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.10069445,1,1695724286.892,1695724287.623,1,'host-1-31897-4527',1695724347.603,1,0,'checkpoint-1-12.npz',0,1,NULL,15,0,NULL,0.0);
INSERT INTO "tuner_trials" VALUES('killed',1,1,'','running','','{"hidden_layers": 1, "units": 16, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "adam", "learning_rate": 0.016023654002662625, "beta_1": 0.9, "beta_2": 0.999, "schedule": "constant", "batch_size": 32, "epochs": 12}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "937462790"}',0.8854167,4,1695724287.654,NULL,0,'host-1-31897-4527',1695724347.938,1,0,'checkpoint-1-4.npz',0,1,NULL,6,0,NULL,0.0);
CREATE TABLE tuner_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "tuner_version" VALUES(2);
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
INSERT INTO "tuner_workers" VALUES('host-1-1-426475','host-1',31398,1695724221.170,'cpu','done',1695724221.935,1695724227.590,1695724221.935,1695724232.361,'finalists');
INSERT INTO "tuner_workers" VALUES('host-1-1-022005','host-1',31481,1695724240.100,'cpu','coded',1695724240.849,1695724245.857,1695724240.849,1695724249.520,'finalists');
INSERT INTO "tuner_workers" VALUES('host-1-1-d6b095','host-1',31585,1695724253.110,'cpu','wild',1695724254.064,1695724260.442,1695724254.064,1695724264.299,'finalists');
INSERT INTO "tuner_workers" VALUES('host-1-1-362f6a','host-1',31715,1695724267.570,'cpu','cut',1695724268.595,1695724274.735,1695724268.595,1695724277.525,'training');
INSERT INTO "tuner_workers" VALUES('host-1-31897-4527','host-1',31897,1695724281.060,'cpu','killed',1695724282.088,1695724287.654,1695724282.088,NULL,'training');
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
