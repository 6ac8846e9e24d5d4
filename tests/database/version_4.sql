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
INSERT INTO "trial_intermediate_values" VALUES(30,6,1,0.36458334,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(31,6,2,0.5763889,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(32,6,3,0.6631944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(33,6,4,0.6979167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(34,6,5,0.5555556,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(35,6,6,0.7118056,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(36,6,7,0.6770833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(37,6,8,0.7083333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(38,6,9,0.625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(39,6,10,0.7604167,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(40,6,11,0.7847222,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(41,6,12,0.7708333,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(42,6,13,0.7986111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(43,6,14,0.4548611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(44,6,15,0.8020833,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(45,6,16,0.8298611,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(46,6,17,0.84375,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(47,6,18,0.6631944,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(48,6,19,0.7569444,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(49,6,20,0.6736111,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(50,7,1,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(51,7,2,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(52,7,3,0.10069445,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(53,7,4,0.10069445,'FINITE');
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
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-27 03:41:17.671317','2026-11-27 03:41:19.050957');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-27 03:41:19.133031','2026-11-27 03:41:20.226148');
INSERT INTO "trials" VALUES(3,2,1,'PRUNED','2026-11-27 03:41:20.334969','2026-11-27 03:41:21.509854');
INSERT INTO "trials" VALUES(4,0,2,'COMPLETE','2026-11-27 03:42:37.429529','2026-11-27 03:42:52.132537');
INSERT INTO "trials" VALUES(5,1,2,'RUNNING','2026-11-27 03:42:52.745149',NULL);
INSERT INTO "trials" VALUES(6,0,3,'COMPLETE','2026-11-27 03:44:03.565421','2026-11-27 03:44:24.359215');
INSERT INTO "trials" VALUES(7,1,3,'RUNNING','2026-11-27 03:44:26.026357',NULL);
CREATE TABLE tuner_alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	PRIMARY KEY (version_num)
);
INSERT INTO "tuner_alembic_version" VALUES('4');
CREATE TABLE tuner_blobs (
	name TEXT NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (name)
);
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
	CONSTRAINT tuner_epochs_key PRIMARY KEY (study_name, role, round, ordinal, epoch)
);
INSERT INTO "tuner_epochs" VALUES('done','search',0,0,1,'{"loss": 3.0034816, "accuracy": 0.18782608, "val_loss": 1.9133625, "val_accuracy": 0.2638889, "learning_rate": 0.1, "health/layer_1/gradient_norm": 1.683, "health/layer_1/gradient_to_weights": 0.326, "health/layer_1/activation_spread": 0.5589, "health/layer_1/unit_spread": 0.96, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.425, "health/output/gradient_to_weights": 0.128}',6.27172117001464357599e-01,1.79575087878971385952e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','search',0,0,2,'{"loss": 1.9022905, "accuracy": 0.2573913, "val_loss": 1.9585016, "val_accuracy": 0.2847222, "learning_rate": 0.1}',3.06262340018292888998e-02,1.79575087886168670648e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','search',0,1,1,'{"loss": 6.711033, "accuracy": 0.08869565, "val_loss": 2.302728, "val_accuracy": 0.10069445, "learning_rate": 0.1, "health/layer_1/gradient_norm": 0.0, "health/layer_1/gradient_to_weights": 0.0, "health/layer_1/activation_spread": 0.0, "health/layer_1/unit_spread": 0.0, "health/layer_1/dead_units": 1.0, "health/output/gradient_norm": 0.0, "health/output/gradient_to_weights": 0.0}',0.438605204999476,1.7957508797310147285e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','search',0,1,2,'{"loss": 2.3035104, "accuracy": 0.08434783, "val_loss": 2.3026576, "val_accuracy": 0.10069445, "learning_rate": 0.1}',8.66086130008625332266e-02,1.79575087990457081792e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','search',0,2,1,'{"loss": 4.4195743, "accuracy": 0.11478261, "val_loss": 2.2447333, "val_accuracy": 0.15277778, "learning_rate": 0.1, "health/layer_1/gradient_norm": 0.8201, "health/layer_1/gradient_to_weights": 0.1518, "health/layer_1/activation_spread": 0.1523, "health/layer_1/unit_spread": 0.9535, "health/layer_1/dead_units": 0.9091, "health/output/gradient_norm": 0.1165, "health/output/gradient_to_weights": 0.02861}',0.735701481000433,1.79575088137089347844e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','compare',0,0,1,'{"loss": 8.2144785, "accuracy": 0.094782606, "val_loss": 2.290038, "val_accuracy": 0.10069445, "learning_rate": 0.1}',1.23886342000332660973e-01,1.79575088191870284076e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','compare',0,0,2,'{"loss": 2.2333343, "accuracy": 0.15478261, "val_loss": 2.1391711, "val_accuracy": 0.2048611, "learning_rate": 0.1}',3.8299664000078337267e-02,1.79575088198887419703e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','compare',0,1,1,'{"loss": 6.264108, "accuracy": 0.1252174, "val_loss": 2.3034456, "val_accuracy": 0.10069445, "learning_rate": 0.1}',3.96933310003078076988e-02,1.79575088239009857181e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','compare',0,1,2,'{"loss": 2.3040445, "accuracy": 0.10173913, "val_loss": 2.303293, "val_accuracy": 0.10069445, "learning_rate": 0.1}',2.32374650004203431308e-02,1.7957508824258139133e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','compare',0,2,1,'{"loss": 6.1053414, "accuracy": 0.09391304, "val_loss": 2.1834548, "val_accuracy": 0.1875, "learning_rate": 0.1}',2.91983559982327278703e-02,1.79575088272448062901e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','compare',0,2,2,'{"loss": 2.1406116, "accuracy": 0.16782609, "val_loss": 2.1263053, "val_accuracy": 0.19097222, "learning_rate": 0.1}',3.92593260003195609897e-02,1.79575088277699518204e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','compare',0,3,1,'{"loss": 3.079597, "accuracy": 0.09739131, "val_loss": 2.3002932, "val_accuracy": 0.11111111, "learning_rate": 0.1}',7.46909800000139512121e-03,1.79575088302496695515e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','compare',0,3,2,'{"loss": 2.2928443, "accuracy": 0.10956522, "val_loss": 2.2985742, "val_accuracy": 0.104166664, "learning_rate": 0.1}',2.39099419995909556746e-02,1.79575088305350184444e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','final',0,4,1,'{"loss": 3.18789, "accuracy": 0.12934631, "learning_rate": 0.1}',4.04727499997534323483e-01,1.79575088401747179032e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','final',0,4,2,'{"loss": 2.1981037, "accuracy": 0.15994437, "learning_rate": 0.1}',1.6153918997588334605e-02,1.7957508840478084087e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','final',0,5,1,'{"loss": 3.6465094, "accuracy": 0.1015299, "learning_rate": 0.1}',1.62824899998668115586e-02,1.7957508849053025246e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('done','final',0,5,2,'{"loss": 2.2895343, "accuracy": 0.11891516, "learning_rate": 0.1}',3.67961840020143426954e-02,1.79575088494833421705e+09,'host-1-1-d2f928926e');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,1,'{"loss": 2.0851817, "accuracy": 0.2669565, "val_loss": 1.6552266, "val_accuracy": 0.36458334, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.732, "health/layer_1/gradient_to_weights": 0.3608, "health/layer_1/activation_spread": 1.079, "health/layer_1/unit_spread": 0.9493, "health/layer_1/dead_units": 0.6923, "health/output/gradient_norm": 0.8836, "health/output/gradient_to_weights": 0.275}',5.48276512399752391502e+00,1.79575096513709712032e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,2,'{"loss": 1.3519233, "accuracy": 0.52086955, "val_loss": 1.3738683, "val_accuracy": 0.5763889, "learning_rate": 0.05}',1.99132862999249482527e-01,1.79575096559704470633e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,3,'{"loss": 1.1566696, "accuracy": 0.56869566, "val_loss": 0.927387, "val_accuracy": 0.6631944, "learning_rate": 0.05}',2.3490115299864555709e-01,1.79575096598064804075e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,4,'{"loss": 1.0359157, "accuracy": 0.62869567, "val_loss": 0.8142192, "val_accuracy": 0.6979167, "learning_rate": 0.05}',2.8025498799979686737e-01,1.79575096648135542872e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,5,'{"loss": 1.0483345, "accuracy": 0.6321739, "val_loss": 1.2543226, "val_accuracy": 0.5555556, "learning_rate": 0.05}',2.05078841001522960141e-01,1.79575096691284871101e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,6,'{"loss": 0.9863362, "accuracy": 0.67130435, "val_loss": 0.78386104, "val_accuracy": 0.7118056, "learning_rate": 0.05}',1.71841926003253320232e-01,1.79575096715084671977e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,7,'{"loss": 0.9952837, "accuracy": 0.666087, "val_loss": 0.9967898, "val_accuracy": 0.6770833, "learning_rate": 0.05}',1.1524208099945099093e-01,1.79575096738262271877e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,8,'{"loss": 1.0055934, "accuracy": 0.6686956, "val_loss": 0.8406486, "val_accuracy": 0.7083333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.52, "health/layer_1/gradient_to_weights": 0.2694, "health/layer_1/activation_spread": 2.373, "health/layer_1/unit_spread": 0.9414, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 1.254, "health/output/gradient_to_weights": 0.3583}',2.60707970010116696357e-02,1.7957509674826285839e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,9,'{"loss": 0.8922198, "accuracy": 0.70173913, "val_loss": 1.0889562, "val_accuracy": 0.625, "learning_rate": 0.05}',1.14073306998761836439e-01,1.79575096765660309787e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,10,'{"loss": 0.77067417, "accuracy": 0.73130435, "val_loss": 0.8233256, "val_accuracy": 0.7604167, "learning_rate": 0.05}',3.16958685998542932793e-01,1.79575096805702018733e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,11,'{"loss": 0.85392207, "accuracy": 0.7104348, "val_loss": 0.6249893, "val_accuracy": 0.7847222, "learning_rate": 0.05}',2.6466350400005467236e-01,1.79575096837261438372e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,12,'{"loss": 0.85131836, "accuracy": 0.69652176, "val_loss": 0.73341346, "val_accuracy": 0.7708333, "learning_rate": 0.05}',1.61390905999724054709e-01,1.79575096861598038676e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,13,'{"loss": 0.7456354, "accuracy": 0.73826087, "val_loss": 0.64406943, "val_accuracy": 0.7986111, "learning_rate": 0.05}',2.38285462000931147485e-01,1.79575096890225052834e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,14,'{"loss": 1.2472589, "accuracy": 0.5791304, "val_loss": 1.3774706, "val_accuracy": 0.4548611, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.075, "health/layer_1/gradient_to_weights": 0.1723, "health/layer_1/activation_spread": 2.028, "health/layer_1/unit_spread": 0.944, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.9263, "health/output/gradient_to_weights": 0.2561}',1.28142263001791434362e-01,1.79575096917400407791e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,15,'{"loss": 0.7805222, "accuracy": 0.72, "val_loss": 0.6126679, "val_accuracy": 0.8020833, "learning_rate": 0.05}',7.63312813996890326961e-01,1.79575097002624821667e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,16,'{"loss": 0.67129374, "accuracy": 0.7782609, "val_loss": 0.7072819, "val_accuracy": 0.8298611, "learning_rate": 0.05}',1.02399332998174941167e-01,1.79575097022938346864e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,17,'{"loss": 0.89348906, "accuracy": 0.76086956, "val_loss": 0.60074925, "val_accuracy": 0.84375, "learning_rate": 0.05}',5.24651029991218820214e-02,1.79575097033255720135e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,18,'{"loss": 0.6752914, "accuracy": 0.82173914, "val_loss": 1.1062518, "val_accuracy": 0.6631944, "learning_rate": 0.05}',1.44401038000069092959e-01,1.79575097049791502948e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,19,'{"loss": 0.6112265, "accuracy": 0.82086957, "val_loss": 0.8801462, "val_accuracy": 0.7569444, "learning_rate": 0.05}',1.82284844999230699613e-01,1.79575097074131083485e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,0,20,'{"loss": 0.499011, "accuracy": 0.85826087, "val_loss": 1.5443975, "val_accuracy": 0.6736111, "learning_rate": 0.05, "health/layer_1/gradient_norm": 8.293, "health/layer_1/gradient_to_weights": 1.219, "health/layer_1/activation_spread": 3.805, "health/layer_1/unit_spread": 0.9373, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 5.15, "health/output/gradient_to_weights": 1.376}',1.89137157998629845678e-01,1.79575097094032645229e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,1,'{"loss": 2.834376, "accuracy": 0.08608696, "val_loss": 2.30241, "val_accuracy": 0.10069445, "learning_rate": 0.05, "health/layer_1/gradient_norm": 0.01537, "health/layer_1/gradient_to_weights": 0.003404, "health/layer_1/activation_spread": 0.0164, "health/layer_1/unit_spread": 0.9487, "health/layer_1/dead_units": 0.9, "health/output/gradient_norm": 0.01371, "health/output/gradient_to_weights": 0.004288}',1.92906184800085611641e+00,1.79575097560001015663e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,2,'{"loss": 2.3036053, "accuracy": 0.07652174, "val_loss": 2.3023846, "val_accuracy": 0.10069445, "learning_rate": 0.05}',1.58700885996950091794e-01,1.79575097580490088459e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,3,'{"loss": 2.3034837, "accuracy": 0.08260869, "val_loss": 2.302451, "val_accuracy": 0.10069445, "learning_rate": 0.05}',3.62859070010017603635e-02,1.79575097586365270614e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('cut','search',0,1,4,'{"loss": 2.303314, "accuracy": 0.094782606, "val_loss": 2.3024924, "val_accuracy": 0.10069445, "learning_rate": 0.05}',6.39397919985640328377e-02,1.79575097597635149958e+09,'host-1-4432-ee6d707546');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,1,'{"loss": 2.0851817, "accuracy": 0.2669565, "val_loss": 1.6552266, "val_accuracy": 0.36458334, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.732, "health/layer_1/gradient_to_weights": 0.3608, "health/layer_1/activation_spread": 1.079, "health/layer_1/unit_spread": 0.9493, "health/layer_1/dead_units": 0.6923, "health/output/gradient_norm": 0.8836, "health/output/gradient_to_weights": 0.275}',5.76716197600035229697e+00,1.79575105287896227834e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,2,'{"loss": 1.3519233, "accuracy": 0.52086955, "val_loss": 1.3738683, "val_accuracy": 0.5763889, "learning_rate": 0.05}',5.37054770000395365059e-01,1.79575105378068566319e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,3,'{"loss": 1.1566696, "accuracy": 0.56869566, "val_loss": 0.927387, "val_accuracy": 0.6631944, "learning_rate": 0.05}',2.62753861999954096972e-01,1.79575105425338411328e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,4,'{"loss": 1.0359157, "accuracy": 0.62869567, "val_loss": 0.8142192, "val_accuracy": 0.6979167, "learning_rate": 0.05}',3.53420032999565592035e-01,1.79575105475119590754e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,5,'{"loss": 1.0483345, "accuracy": 0.6321739, "val_loss": 1.2543226, "val_accuracy": 0.5555556, "learning_rate": 0.05}',3.31824924000102328136e-01,1.79575105515440726277e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,6,'{"loss": 0.9863362, "accuracy": 0.67130435, "val_loss": 0.78386104, "val_accuracy": 0.7118056, "learning_rate": 0.05}',0.44992841900239,1.79575105572106933594e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,7,'{"loss": 0.9952837, "accuracy": 0.666087, "val_loss": 0.9967898, "val_accuracy": 0.6770833, "learning_rate": 0.05}',1.00628086998767685145e-01,1.79575105598274683952e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,8,'{"loss": 1.0055934, "accuracy": 0.6686956, "val_loss": 0.8406486, "val_accuracy": 0.7083333, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.52, "health/layer_1/gradient_to_weights": 0.2694, "health/layer_1/activation_spread": 2.373, "health/layer_1/unit_spread": 0.9414, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 1.254, "health/output/gradient_to_weights": 0.3583}',3.22045089000312145799e-01,1.79575105642383790012e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,9,'{"loss": 0.8922198, "accuracy": 0.70173913, "val_loss": 1.0889562, "val_accuracy": 0.625, "learning_rate": 0.05}',0.363661081999453,1.79575105697637820247e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,10,'{"loss": 0.77067417, "accuracy": 0.73130435, "val_loss": 0.8233256, "val_accuracy": 0.7604167, "learning_rate": 0.05}',4.34984585001075174659e-01,1.79575105756994509702e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,11,'{"loss": 0.85392207, "accuracy": 0.7104348, "val_loss": 0.6249893, "val_accuracy": 0.7847222, "learning_rate": 0.05}',1.64114526599951204843e+00,1.79575105935626602171e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,12,'{"loss": 0.85131836, "accuracy": 0.69652176, "val_loss": 0.73341346, "val_accuracy": 0.7708333, "learning_rate": 0.05}',2.35618325998075306415e-01,1.79575105972174811361e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,13,'{"loss": 0.7456354, "accuracy": 0.73826087, "val_loss": 0.64406943, "val_accuracy": 0.7986111, "learning_rate": 0.05}',1.96811080000770743936e-01,1.79575106004632377627e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,14,'{"loss": 1.2472589, "accuracy": 0.5791304, "val_loss": 1.3774706, "val_accuracy": 0.4548611, "learning_rate": 0.05, "health/layer_1/gradient_norm": 1.075, "health/layer_1/gradient_to_weights": 0.1723, "health/layer_1/activation_spread": 2.028, "health/layer_1/unit_spread": 0.944, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 0.9263, "health/output/gradient_to_weights": 0.2561}',5.60692808001476805657e-01,1.79575106081524729726e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,15,'{"loss": 0.7805222, "accuracy": 0.72, "val_loss": 0.6126679, "val_accuracy": 0.8020833, "learning_rate": 0.05}',3.14060622000397415831e-01,1.7957510612775352001e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,16,'{"loss": 0.67129374, "accuracy": 0.7782609, "val_loss": 0.7072819, "val_accuracy": 0.8298611, "learning_rate": 0.05}',2.12555957001313799992e-01,1.79575106176763796802e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,17,'{"loss": 0.89348906, "accuracy": 0.76086956, "val_loss": 0.60074925, "val_accuracy": 0.84375, "learning_rate": 0.05}',1.21247102000779705122e-01,1.79575106206580233569e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,18,'{"loss": 0.6752914, "accuracy": 0.82173914, "val_loss": 1.1062518, "val_accuracy": 0.6631944, "learning_rate": 0.05}',1.19080264001240720972e-01,1.7957510622796781063e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,19,'{"loss": 0.6112265, "accuracy": 0.82086957, "val_loss": 0.8801462, "val_accuracy": 0.7569444, "learning_rate": 0.05}',4.06040557001688284799e-01,1.79575106270127606393e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,0,20,'{"loss": 0.499011, "accuracy": 0.85826087, "val_loss": 1.5443975, "val_accuracy": 0.6736111, "learning_rate": 0.05, "health/layer_1/gradient_norm": 8.293, "health/layer_1/gradient_to_weights": 1.219, "health/layer_1/activation_spread": 3.805, "health/layer_1/unit_spread": 0.9373, "health/layer_1/dead_units": 0.6154, "health/output/gradient_norm": 5.15, "health/output/gradient_to_weights": 1.376}',5.06023926998750539496e-01,1.79575106324404883389e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,1,1,'{"loss": 2.834376, "accuracy": 0.08608696, "val_loss": 2.30241, "val_accuracy": 0.10069445, "learning_rate": 0.05, "health/layer_1/gradient_norm": 0.01537, "health/layer_1/gradient_to_weights": 0.003404, "health/layer_1/activation_spread": 0.0164, "health/layer_1/unit_spread": 0.9487, "health/layer_1/dead_units": 0.9, "health/output/gradient_norm": 0.01371, "health/output/gradient_to_weights": 0.004288}',1.83032883199848583899e+00,1.7957510693231697082e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,1,2,'{"loss": 2.3036053, "accuracy": 0.07652174, "val_loss": 2.3023846, "val_accuracy": 0.10069445, "learning_rate": 0.05}',0.417251414997736,1.7957510699705770016e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,1,3,'{"loss": 2.3034837, "accuracy": 0.08260869, "val_loss": 2.302451, "val_accuracy": 0.10069445, "learning_rate": 0.05}',5.42251267001120140776e-01,1.79575107074549055103e+09,'host-1-4994-bb42ff7876');
INSERT INTO "tuner_epochs" VALUES('live','search',0,1,4,'{"loss": 2.303314, "accuracy": 0.094782606, "val_loss": 2.3024924, "val_accuracy": 0.10069445, "learning_rate": 0.05}',1.69804174998716916888e-01,1.79575107100855970387e+09,'host-1-4994-bb42ff7876');
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
	PRIMARY KEY (study_name, role, round, ordinal), 
	CONSTRAINT tuner_runs_configuration UNIQUE (study_name, role, round, trial_number, seed_number), 
	FOREIGN KEY(study_name) REFERENCES tuner_studies (study_name)
);
INSERT INTO "tuner_runs" VALUES('done','search',0,0,0,0,'',0,0,0,1,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "310676273", "path": "compiled", "parameters": "985", "training_seconds": "1.10", "illness": "dead units", "verdict": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.2847222,2,NULL,1.79575087764900326726e+09,1.79575087901600456241e+09,1,'host-1-1-d2f928926e',1.79575093895698261262e+09,1,0,'checkpoint-1-2.npz',0,'120ee130ac4e4fc5ace03169ffab04ed',5,5,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('done','search',0,1,1,1,'',0,0,0,1,'','complete','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "937462790", "path": "compiled", "parameters": "760", "training_seconds": "0.78", "illness": "dead units", "verdict": "dead units: 100% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.10069445,1,NULL,1.7957508791229844094e+09,1.79575088013400292396e+09,1,'host-1-1-d2f928926e',1.79575094007799839976e+09,1,0,'checkpoint-1-2.npz',0,'2d653be41d354acb84a0384ca75baa42',5,5,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('done','search',0,2,2,2,'',0,0,0,1,'','pruned','pruned at epoch 1 of 2','{"hidden_layers": 1, "units": 11, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "batch_size": 128, "epochs": 2}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "241449740", "path": "compiled", "parameters": "835", "training_seconds": "0.92", "illness": "dead units", "verdict": "dead units: 91% of layer 1 give nothing on any row (learning rate 0.1 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.15277778,1,NULL,1.79575088029799318314e+09,1.79575088147300195688e+09,1,'host-1-1-d2f928926e',1.79575094147099018093e+09,1,0,'checkpoint-1-1.npz',0,'3a012afef2b640aeb3f0cc74c65b34cd',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('done','compare',0,0,0,0,'',0,1353953855,0,0,'','complete','',NULL,'{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1353953855", "seed_number": "0", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "985", "training_seconds": "0.29"}',0.2048611,2,NULL,1.79575088171098089218e+09,1.79575088200999355317e+09,1,'host-1-1-d2f928926e',1.79575094199100351336e+09,1,0,'checkpoint-1-2.npz',0,'a48ca0e1e24741cc86931cc6bd8dcb7b',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('done','compare',0,1,1,1,'',0,357288149,0,0,'','complete','',NULL,'{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "357288149", "seed_number": "0", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "760", "training_seconds": "0.19"}',0.10069445,1,NULL,1.79575088222701096532e+09,1.79575088243300461771e+09,1,'host-1-1-d2f928926e',1.79575094242801570889e+09,1,0,'checkpoint-1-2.npz',0,'b8d5a373c6ee4e5eb75467e2662061da',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('done','compare',0,2,0,0,'',1,1129262247,0,0,'','complete','',NULL,'{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1129262247", "seed_number": "1", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "985", "training_seconds": "0.16"}',0.19097222,2,NULL,1.79575088261099600787e+09,1.79575088278999328616e+09,1,'host-1-1-d2f928926e',1.79575094278399848934e+09,1,0,'checkpoint-1-2.npz',0,'d2af3016b0c147da8c6f616eaaebb8b4',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('done','compare',0,3,1,1,'',1,500647822,0,0,'','complete','',NULL,'{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "500647822", "seed_number": "1", "kind": "compare", "learnt_from": "training rows", "path": "compiled", "parameters": "760", "training_seconds": "0.12"}',0.11111111,1,NULL,1.79575088291198015208e+09,1.79575088306498670577e+09,1,'host-1-1-d2f928926e',1.79575094305601477622e+09,1,0,'checkpoint-1-2.npz',0,'501971ee987347a4b1ab76ea6e5c0d34',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('done','final',0,4,0,0,'',0,242254689,2,0,'','complete','',NULL,'{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1438", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "242254689", "seed_number": "0", "kind": "final", "learnt_from": "training and validation rows", "path": "compiled", "parameters": "985", "training_seconds": "0.65", "averaged_epochs": "1"}',0.19791666,2,'{"accuracy": 0.1532033426183844, "loss": 2.20517098622131, "low": 0.11963282966746937, "high": 0.1941170357208168, "naive": 0.10027855153203342}',1.7957508833720059395e+09,1.795750884473991394e+09,1,'host-1-1-d2f928926e',1.79575094447101402282e+09,1,0,'checkpoint-1-2.npz',0,'acc5cc95181c468d8b71014b85db8756',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('done','final',0,5,0,0,'',1,1632353568,2,0,'','complete','',NULL,'{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1438", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "1632353568", "seed_number": "1", "kind": "final", "learnt_from": "training and validation rows", "path": "compiled", "parameters": "985", "training_seconds": "0.16", "averaged_epochs": "1"}',0.19791666,2,'{"accuracy": 0.19498607242339833, "loss": 2.1844771500415154, "low": 0.157322067077386, "high": 0.23910853742074517, "naive": 0.10027855153203342}',1.79575088477300405498e+09,1.79575088552001261707e+09,1,'host-1-1-d2f928926e',1.79575094550898885724e+09,1,0,'checkpoint-1-2.npz',0,'c67b973cb621487f812683e8d2674c17',4,4,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('cut','search',0,0,0,0,'',0,0,0,1,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 20}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "310676273", "path": "compiled", "parameters": "985", "training_seconds": "13.37", "illness": "dead units", "verdict": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.05 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.84375,17,NULL,1.79575095738198471065e+09,1.79575097179301071165e+09,1,'host-1-4432-ee6d707546',1.79575103136601662637e+09,1,0,'checkpoint-1-20.npz',0,'65def4f6a7074be5ab916a2d53e9c787',23,23,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('cut','search',0,1,1,1,'',0,0,0,1,'','running','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 20}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "937462790"}',0.10069445,1,NULL,1.79575097269000864027e+09,NULL,0,NULL,0.0,1,0,'checkpoint-1-4.npz',0,'5b9eef1eb9b64a37be62019e6267c0b4',6,6,0,'',NULL,0.0);
INSERT INTO "tuner_runs" VALUES('live','search',0,0,0,0,'',0,0,0,1,'','complete','','{"hidden_layers": 1, "units": 13, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 20}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "310676273", "path": "compiled", "parameters": "985", "training_seconds": "19.21", "illness": "dead units", "verdict": "dead units: 62% of layer 1 give nothing on any row (learning rate 0.05 with sgd)", "remedy": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He."}',0.84375,17,NULL,1.79575104343398213391e+09,1.79575106428500556941e+09,1,'host-1-4994-bb42ff7876',1.79575112386199450494e+09,1,0,'checkpoint-1-20.npz',0,'752d186b4cbe4fc982a60246dad787a9',23,22,0,'','host-1-4994-bb42ff7876',1.79575112913398361206e+09);
INSERT INTO "tuner_runs" VALUES('live','search',0,1,1,1,'',0,0,0,1,'','running','','{"hidden_layers": 1, "units": 10, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "initializer": "glorot_uniform", "input_dropout": 0.0, "l1": 0.0, "l2": 0.0, "output_activation": "softmax", "normalization": "none", "augmentation": "none", "optimizer": "sgd", "learning_rate": 0.05, "schedule": "constant", "batch_size": 16, "epochs": 20}','{"device": "cpu", "host": "host-1", "threads": "2", "backend": "tensorflow", "version_keras": "3.15.1", "version_tensorflow": "2.21.0", "version_optuna": "5.0.0", "dataset": "digits", "dataset_digest": "d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b", "rows_train": "1150", "rows_validation": "288", "rows_test": "359", "test_digest": "aae1d22cd96ef09f", "seed": "937462790"}',0.10069445,1,NULL,1.79575106589799213404e+09,NULL,0,'host-1-4994-bb42ff7876',1.79575113109498691555e+09,1,0,'checkpoint-1-4.npz',0,NULL,6,0,0,'',NULL,0.0);
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
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [128], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.1], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [2], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 3, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "percentile", "options": {"percentile": 40.0, "startup_trials": 2, "warmup_epochs": 1}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 2, "seeds": 2, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.seed", "search.trials", "validation"]}','/home/user/studies','cbb353d69be6578067b0e5cf43d72b4378786dc6481a24ce5382f6a5d716c769',3,3,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db','c7ea3824bc7c4879a7654e1bbd6b6529','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{"note": "the first one"}','{"figures": {"trials": 3.0, "complete": 2.0, "pruned": 1.0, "failed": 0.0, "ended_by": "all trials were run", "value": 0.2847222, "best_trial": 0.0, "value_mean": 0.19791666, "noise": 0.008680549999999995, "test_accuracy": 0.17409470752089135, "test_loss": 2.1948240681314126, "test_low": 0.09091503369810627, "test_high": 0.2572743813436764, "test_naive": 0.10027855153203342, "test_deviation": 0.029544851581610628, "test_seeds": 2.0, "finalists_1": "mean val_accuracy 0.1979 over 2 new seeds (the search saw 0.2847)", "finalists_2": "0.0920 better than trial 1, more than the noise (+- 0.0373)"}, "best_ordinal": 0, "test": {"accuracy": 0.17409470752089135, "loss": 2.1948240681314126, "low": 0.09091503369810627, "high": 0.2572743813436764, "naive": 0.10027855153203342, "deviation": 0.029544851581610628, "seeds": 2.0}, "finalists": {"winner": 0, "final": {"round": 0, "ordinal": 4}, "epochs": 2, "noise": 0.008680549999999995, "configurations": [{"trial_number": 0, "values": [0.2048611, 0.19097222], "mean": 0.19791666}, {"trial_number": 1, "values": [0.10069445, 0.11111111], "mean": 0.10590278}], "words": ["mean val_accuracy 0.1979 over 2 new seeds (the search saw 0.2847)", "0.0920 better than trial 1, more than the noise (+- 0.0373)"], "test": {"accuracy": 0.17409470752089135, "loss": 2.1948240681314126, "low": 0.09091503369810627, "high": 0.2572743813436764, "naive": 0.10027855153203342, "deviation": 0.029544851581610628, "seeds": 2.0}}, "champion": {"stands": true, "version": "1", "words": "trial 0 of done is the champion of done now, version 1"}}',1.79575086136898708338e+09,1795750886.05801,'host-1-1-d2f928926e',1.79575094591900467867e+09,1,0,'',4,3,0,'',NULL,0.0);
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
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [16], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.05], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [20], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 2, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "none", "options": {}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 0, "seeds": 3, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.pruner", "search.pruner.name", "search.seed", "search.trials", "validation"]}','/home/user/studies','e19bae8a062fff4ceaf96db553cfd1c32fe56b4d32c78eebbea9e5384d0607aa',3,2,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db','87ea39000a484a5d99ff6fc1cc233628','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{"limits": {"plateau": 50}}',NULL,1.7957509154069960117e+09,NULL,NULL,0.0,0,0,'',1,1,0,'',NULL,0.0);
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
','{"version": 1, "dataset": "digits", "validation": 0.2, "task": "classification", "model": "mlp", "code": null, "objectives": [{"metric": "val_accuracy", "direction": "maximize"}], "metrics": [], "parameters": [{"name": "hidden_layers", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [1], "default": 1, "when": [], "shared": null}, {"name": "units", "kind": "int", "low": 8, "high": 16, "step": 1, "log": false, "values": null, "default": 128, "when": [], "shared": null}, {"name": "batch_size", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [16], "default": 32, "when": [], "shared": null}, {"name": "learning_rate", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [0.05], "default": 0.001, "when": [], "shared": null}, {"name": "optimizer", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": ["sgd"], "default": "adam", "when": [], "shared": null}, {"name": "epochs", "kind": "choice", "low": null, "high": null, "step": null, "log": null, "values": [20], "default": 10, "when": [], "shared": null}], "defaults": {"hidden_layers": 1, "units": 128, "activation": "relu", "batch_normalization": false, "dropout": 0.0, "negative_slope": 0.3, "alpha": 1.0, "initializer": "glorot_uniform", "initializer_value": 0.0, "initializer_stddev": 0.05, "initializer_range": 0.05, "l1": 0.0, "l2": 0.0, "input_dropout": 0.0, "normalization": "none", "augmentation": "none", "shift_fraction": 0.1, "flip_probability": 0.5, "rotation_degrees": 15.0, "optimizer": "adam", "learning_rate": {"by": "optimizer", "values": {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}, "otherwise": 0.001}, "momentum": 0.9, "rho": {"by": "optimizer", "values": {"adadelta": 0.95}, "otherwise": 0.9}, "beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.004, "schedule": "constant", "decay_rate": 0.9, "batch_size": 32, "epochs": 10, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.0, "focal_gamma": 2.0, "huber_delta": 1.0, "output_activation": {"by": "loss", "values": {"binary_crossentropy": "sigmoid"}, "otherwise": "softmax"}, "target_normalization": "none"}, "callbacks": [], "baselines": [], "search": {"trials": 2, "timeout": null, "sampler": {"name": "tpe", "options": {"startup_trials": 10, "candidates": 24, "constant_liar": true, "multivariate": true, "gamma": 0.03}, "inner": null}, "pruner": {"name": "none", "options": {}, "inner": null}, "cost": "epochs", "patience": null, "seed": 3, "epochs": null, "target": null, "plateau": null, "epoch_timeout": null, "finalists": {"configurations": 0, "seeds": 3, "share": null}}, "written": ["dataset", "parameters", "parameters.batch_size", "parameters.epochs", "parameters.hidden_layers", "parameters.learning_rate", "parameters.optimizer", "parameters.units", "search", "search.finalists", "search.pruner", "search.pruner.name", "search.seed", "search.trials", "validation"]}','/home/user/studies','e19bae8a062fff4ceaf96db553cfd1c32fe56b4d32c78eebbea9e5384d0607aa',3,2,NULL,NULL,'running','sqlite:////home/user/studies/mlflow.db','99e203c47c8944609b58e1e6a90a7ca6','d84d752cabf1ae7fce6ab9df29b7660939776b4e1e6dedc8578af08b1861d34b','{"limits": {"plateau": 50}}',NULL,1.79575099179600024225e+09,NULL,NULL,0.0,0,0,'',1,1,0,'',NULL,0.0);
CREATE TABLE tuner_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "tuner_version" VALUES(4);
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
INSERT INTO "tuner_workers" VALUES('host-1-1-d2f928926e','host-1',3843,27521.55,'cpu','done',1.79575086564198732382e+09,1.79575089588801121718e+09,1.79575086564198732382e+09,1.79575089969901442524e+09,'finalists','machine-1','boot-1','boot-1 pid:[1]');
INSERT INTO "tuner_workers" VALUES('host-1-4432-ee6d707546','host-1',4432,27578.27,'cpu','cut',1.79575092722101354592e+09,1.79575097794200181961e+09,1.79575092722101354592e+09,1.79575097867299771307e+09,'training','machine-1','boot-1','boot-1 pid:[1]');
INSERT INTO "tuner_workers" VALUES('host-1-4994-bb42ff7876','host-1',4994,27653.79,'cpu','live',1.79575100321899199483e+09,1.79575106702001380913e+09,1.79575100321899199483e+09,NULL,'training','machine-1','boot-1','boot-1 pid:[1]');
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
CREATE INDEX tuner_runs_worker ON tuner_runs (worker_id);
COMMIT;
