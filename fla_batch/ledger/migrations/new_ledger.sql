CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)

CREATE TABLE answer_file (
	id INTEGER NOT NULL,
	name TEXT NOT NULL,
	size BIGINT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	environment VARCHAR(1) NOT NULL,
	kept_path TEXT NOT NULL,
	received_at DATETIME NOT NULL,
	outcome VARCHAR(20) NOT NULL,
	reason TEXT,
	settled_at DATETIME NOT NULL, listed_size BIGINT, modified BIGINT, checked_at DATETIME,
	CONSTRAINT pk_answer_file PRIMARY KEY (id),
	CONSTRAINT uq_answer_file_name_size_sha256 UNIQUE (name, size, sha256)
)

CREATE INDEX ix_answer_file_outcome ON answer_file (outcome)

CREATE TABLE batch (
	id INTEGER NOT NULL,
	name VARCHAR(40) NOT NULL,
	environment VARCHAR(1) NOT NULL,
	profile VARCHAR(100) NOT NULL,
	profile_version VARCHAR(100) NOT NULL,
	parts INTEGER NOT NULL,
	folder TEXT NOT NULL,
	built_at DATETIME NOT NULL,
	previous_id INTEGER,
	CONSTRAINT pk_batch PRIMARY KEY (id),
	CONSTRAINT fk_batch_previous_id FOREIGN KEY(previous_id) REFERENCES batch (id),
	CONSTRAINT uq_batch_name UNIQUE (name)
)

CREATE TABLE lock (
	name VARCHAR(30) NOT NULL,
	token VARCHAR(32) NOT NULL,
	host VARCHAR(255) NOT NULL,
	pid INTEGER NOT NULL,
	taken_at DATETIME NOT NULL,
	renewed_at DATETIME NOT NULL, machine VARCHAR(16) DEFAULT '' NOT NULL,
	CONSTRAINT pk_lock PRIMARY KEY (name)
)

CREATE TABLE sequence (
	sender VARCHAR(6) NOT NULL,
	day DATE NOT NULL,
	environment VARCHAR(1) NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_sequence PRIMARY KEY (sender, day, environment)
)

CREATE TABLE batch_state (
	batch_id INTEGER NOT NULL,
	state VARCHAR(30) NOT NULL,
	since DATETIME NOT NULL,
	ticket TEXT,
	sent_at DATETIME,
	closed_at DATETIME,
	CONSTRAINT pk_batch_state PRIMARY KEY (batch_id),
	CONSTRAINT fk_batch_state_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id)
)

CREATE INDEX ix_batch_state_state ON batch_state (state)

CREATE TABLE form (
	id INTEGER NOT NULL,
	batch_id INTEGER NOT NULL,
	reference_nbr VARCHAR(20) NOT NULL,
	part INTEGER NOT NULL,
	position INTEGER NOT NULL,
	identification VARCHAR(20) NOT NULL,
	created_date DATE NOT NULL,
	created_hour VARCHAR(12) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	company_id VARCHAR(10),
	inss VARCHAR(11),
	calendar_year INTEGER,
	has_legal_right BOOLEAN NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	body TEXT NOT NULL, sheet_id INTEGER, sheet_rows TEXT,
	CONSTRAINT pk_form PRIMARY KEY (id),
	CONSTRAINT fk_form_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id),
	CONSTRAINT uq_form_batch_id_created_date_created_hour UNIQUE (batch_id, created_date, created_hour),
	CONSTRAINT uq_form_batch_id_part_position UNIQUE (batch_id, part, position),
	CONSTRAINT uq_form_reference_nbr UNIQUE (reference_nbr)
)

CREATE INDEX ix_form_created_date_created_hour ON form (created_date, created_hour)

CREATE INDEX ix_form_inss_company_id_calendar_year_kind ON form (inss, company_id, calendar_year, kind)

CREATE TABLE unmatched (
	id INTEGER NOT NULL,
	answer_id INTEGER NOT NULL,
	batch_name TEXT,
	reason TEXT NOT NULL,
	details TEXT NOT NULL,
	CONSTRAINT pk_unmatched PRIMARY KEY (id),
	CONSTRAINT fk_unmatched_answer_id FOREIGN KEY(answer_id) REFERENCES answer_file (id)
)

CREATE INDEX ix_unmatched_answer_id ON unmatched (answer_id)

CREATE TABLE anomaly (
	id INTEGER NOT NULL,
	batch_id INTEGER,
	form_id INTEGER,
	answer_id INTEGER,
	origin VARCHAR(10) NOT NULL,
	anomaly_class TEXT NOT NULL,
	error_id TEXT NOT NULL,
	company_id TEXT,
	inss TEXT,
	calendar_year INTEGER,
	at DATETIME NOT NULL,
	body TEXT NOT NULL, blocked_file TEXT,
	CONSTRAINT pk_anomaly PRIMARY KEY (id),
	CONSTRAINT fk_anomaly_answer_id FOREIGN KEY(answer_id) REFERENCES answer_file (id),
	CONSTRAINT fk_anomaly_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id),
	CONSTRAINT fk_anomaly_form_id FOREIGN KEY(form_id) REFERENCES form (id)
)

CREATE INDEX ix_anomaly_answer_id ON anomaly (answer_id)

CREATE INDEX ix_anomaly_batch_id ON anomaly (batch_id)

CREATE INDEX ix_anomaly_form_id ON anomaly (form_id)

CREATE INDEX ix_anomaly_inss_company_id_calendar_year ON anomaly (inss, company_id, calendar_year)

CREATE TABLE consultation (
	id INTEGER NOT NULL,
	answer_id INTEGER NOT NULL,
	form_id INTEGER,
	kind VARCHAR(20) NOT NULL,
	company_id TEXT,
	inss TEXT,
	calendar_year INTEGER,
	told_at DATETIME NOT NULL,
	body TEXT NOT NULL, asked TEXT,
	CONSTRAINT pk_consultation PRIMARY KEY (id),
	CONSTRAINT fk_consultation_answer_id FOREIGN KEY(answer_id) REFERENCES answer_file (id),
	CONSTRAINT fk_consultation_form_id FOREIGN KEY(form_id) REFERENCES form (id)
)

CREATE INDEX ix_consultation_answer_id ON consultation (answer_id)

CREATE INDEX ix_consultation_form_id ON consultation (form_id)

CREATE INDEX ix_consultation_inss_company_id_kind ON consultation (inss, company_id, kind)

CREATE TABLE event (
	id INTEGER NOT NULL,
	batch_id INTEGER NOT NULL,
	form_id INTEGER,
	answer_id INTEGER,
	name VARCHAR(30) NOT NULL,
	ticket TEXT,
	at DATETIME NOT NULL,
	details TEXT NOT NULL,
	CONSTRAINT pk_event PRIMARY KEY (id),
	CONSTRAINT fk_event_answer_id FOREIGN KEY(answer_id) REFERENCES answer_file (id),
	CONSTRAINT fk_event_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id),
	CONSTRAINT fk_event_form_id FOREIGN KEY(form_id) REFERENCES form (id)
)

CREATE INDEX ix_event_answer_id ON event (answer_id)

CREATE INDEX ix_event_batch_id ON event (batch_id)

CREATE INDEX ix_event_form_id ON event (form_id)

CREATE TABLE form_state (
	form_id INTEGER NOT NULL,
	batch_id INTEGER NOT NULL,
	state VARCHAR(30) NOT NULL,
	since DATETIME NOT NULL,
	ticket TEXT,
	CONSTRAINT pk_form_state PRIMARY KEY (form_id),
	CONSTRAINT fk_form_state_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id),
	CONSTRAINT fk_form_state_form_id FOREIGN KEY(form_id) REFERENCES form (id)
)

CREATE INDEX ix_form_state_batch_id_state ON form_state (batch_id, state)

CREATE TABLE photo (
	id INTEGER NOT NULL,
	consultation_id INTEGER NOT NULL,
	kind VARCHAR(20) NOT NULL,
	company_id TEXT NOT NULL,
	inss TEXT NOT NULL,
	calendar_year INTEGER NOT NULL,
	has_legal_right BOOLEAN NOT NULL,
	told_at DATETIME NOT NULL,
	body TEXT NOT NULL,
	CONSTRAINT pk_photo PRIMARY KEY (id),
	CONSTRAINT fk_photo_consultation_id FOREIGN KEY(consultation_id) REFERENCES consultation (id)
)

CREATE INDEX ix_photo_consultation_id ON photo (consultation_id)

CREATE INDEX ix_photo_inss_company_id_calendar_year_kind ON photo (inss, company_id, calendar_year, kind)

CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'rows of event never change'); END

CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'rows of event never change'); END

CREATE TRIGGER batch_no_update BEFORE UPDATE ON batch BEGIN SELECT RAISE(ABORT, 'rows of batch never change'); END

CREATE TRIGGER batch_no_delete BEFORE DELETE ON batch BEGIN SELECT RAISE(ABORT, 'rows of batch never change'); END

CREATE TRIGGER form_no_update BEFORE UPDATE ON form BEGIN SELECT RAISE(ABORT, 'rows of form never change'); END

CREATE TRIGGER form_no_delete BEFORE DELETE ON form BEGIN SELECT RAISE(ABORT, 'rows of form never change'); END

CREATE TABLE left_alone (
	environment VARCHAR(1) NOT NULL,
	place VARCHAR(20) NOT NULL,
	name TEXT NOT NULL,
	reason TEXT NOT NULL,
	is_ours BOOLEAN NOT NULL,
	since DATETIME NOT NULL,
	CONSTRAINT pk_left_alone PRIMARY KEY (environment, place, name)
)

CREATE TABLE creation_stamp (
	sender VARCHAR(6) NOT NULL,
	first_ms BIGINT NOT NULL,
	last_ms BIGINT NOT NULL,
	CONSTRAINT pk_creation_stamp PRIMARY KEY (sender, first_ms)
)

CREATE INDEX ix_creation_stamp_sender_last_ms ON creation_stamp (sender, last_ms)

CREATE INDEX ix_anomaly_blocked_file ON anomaly (blocked_file)

CREATE TABLE input_sheet (
	id INTEGER NOT NULL,
	digest VARCHAR(16) NOT NULL,
	body TEXT NOT NULL,
	CONSTRAINT pk_input_sheet PRIMARY KEY (id),
	CONSTRAINT uq_input_sheet_digest UNIQUE (digest)
)

CREATE TABLE artefact (
	"key" VARCHAR(500) NOT NULL,
	batch_id INTEGER NOT NULL,
	size BIGINT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	CONSTRAINT pk_artefact PRIMARY KEY ("key"),
	CONSTRAINT fk_artefact_batch_id_batch FOREIGN KEY(batch_id) REFERENCES batch (id)
)

CREATE INDEX ix_artefact_batch_id ON artefact (batch_id)

INSERT INTO alembic_version (version_num) VALUES ('0009')
