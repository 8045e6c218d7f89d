"""The tables of the WeCom half."""

DDL = """
CREATE TABLE IF NOT EXISTS corp (
    corp_id TEXT PRIMARY KEY, name TEXT NOT NULL, agent_id INTEGER NOT NULL,
    secret TEXT NOT NULL, token TEXT, aes_key TEXT, callback_url TEXT,
    trusted_domains TEXT NOT NULL, mp_appid_bound TEXT, home_url TEXT, denied_apis TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL,
    expires_at REAL NOT NULL, data TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS token_owner ON token (kind, owner, expires_at);
CREATE TABLE IF NOT EXISTS department (
    corp_id TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, parentid INTEGER NOT NULL,
    ord INTEGER NOT NULL, PRIMARY KEY (corp_id, id));
CREATE TABLE IF NOT EXISTS member (
    corp_id TEXT NOT NULL, userid TEXT NOT NULL COLLATE NOCASE, name TEXT NOT NULL,
    department_ids TEXT NOT NULL, contact_enabled INTEGER NOT NULL, active INTEGER NOT NULL,
    visible INTEGER NOT NULL, console_welcome INTEGER NOT NULL, profile TEXT NOT NULL,
    PRIMARY KEY (corp_id, userid));
CREATE TABLE IF NOT EXISTS follow (
    corp_id TEXT NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
    createtime INTEGER NOT NULL, add_way INTEGER NOT NULL, state TEXT NOT NULL DEFAULT '',
    oper_userid TEXT NOT NULL, remark TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '', remark_company TEXT NOT NULL DEFAULT '',
    remark_mobiles TEXT NOT NULL DEFAULT '[]', link_id TEXT, chat_status INTEGER NOT NULL DEFAULT 0,
    deleted_by_customer INTEGER NOT NULL DEFAULT 0, half INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (corp_id, userid, external_userid));
CREATE TABLE IF NOT EXISTS follow_tag (
    corp_id TEXT NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
    tag_id TEXT NOT NULL, PRIMARY KEY (corp_id, userid, external_userid, tag_id));
CREATE TABLE IF NOT EXISTS tag_group (
    group_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, name TEXT NOT NULL, ord INTEGER NOT NULL,
    create_time INTEGER NOT NULL, own INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS corp_tag (
    tag_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, group_id TEXT NOT NULL, name TEXT NOT NULL,
    ord INTEGER NOT NULL, create_time INTEGER NOT NULL, own INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS corp_tag_group ON corp_tag (group_id);
CREATE TABLE IF NOT EXISTS contact_way (
    config_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, created_at INTEGER NOT NULL,
    data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS contact_way_corp ON contact_way (corp_id, created_at);
CREATE TABLE IF NOT EXISTS join_way (
    config_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, created_at INTEGER NOT NULL,
    data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS join_way_corp ON join_way (corp_id);
CREATE TABLE IF NOT EXISTS link_click (
    link_id TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS link_click_at ON link_click (link_id, at);
CREATE TABLE IF NOT EXISTS acquisition_link (
    link_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, created_at INTEGER NOT NULL,
    data TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS welcome_code (
    code TEXT PRIMARY KEY, corp_id TEXT NOT NULL, userid TEXT NOT NULL,
    external_userid TEXT NOT NULL, issued_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS oauth_code (
    code TEXT PRIMARY KEY, owner TEXT NOT NULL, identity TEXT NOT NULL, scope TEXT NOT NULL,
    expires_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS media (
    media_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, kind TEXT NOT NULL, filename TEXT NOT NULL,
    content_type TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at REAL NOT NULL,
    content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sent_message (
    digest TEXT NOT NULL, corp_id TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS seen_call (
    corp_id TEXT NOT NULL, name TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS follow_external ON follow (corp_id, external_userid);
CREATE INDEX IF NOT EXISTS welcome_code_pair ON welcome_code (corp_id, userid, external_userid);
CREATE INDEX IF NOT EXISTS sent_message_digest ON sent_message (digest, at);
CREATE TABLE IF NOT EXISTS told_member (
    corp_id TEXT NOT NULL, userid TEXT NOT NULL COLLATE NOCASE, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS told_member_at ON told_member (corp_id, userid, at);
"""

# A stay that has ended keeps its row: yesterday's statistics need it. ``person`` is the
# WeChat user of a customer and the userid of a member. Days are unix seconds of local midnight.
GROUPS = """
CREATE TABLE IF NOT EXISTS chat (
    chat_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL
    COLLATE NOCASE, notice TEXT NOT NULL DEFAULT '', create_time INTEGER NOT NULL,
    member_version TEXT NOT NULL, dismissed_at INTEGER);
CREATE INDEX IF NOT EXISTS chat_owner ON chat (corp_id, owner);
CREATE TABLE IF NOT EXISTS chat_stay (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id TEXT NOT NULL, type INTEGER NOT NULL,
    person TEXT NOT NULL, join_time INTEGER NOT NULL, join_scene INTEGER NOT NULL,
    invitor TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT '', quit_time INTEGER);
CREATE INDEX IF NOT EXISTS chat_stay_chat ON chat_stay (chat_id, quit_time);
CREATE INDEX IF NOT EXISTS chat_stay_person ON chat_stay (person, quit_time);
CREATE TABLE IF NOT EXISTS chat_speech (
    chat_id TEXT NOT NULL, day INTEGER NOT NULL, person TEXT NOT NULL, messages INTEGER NOT NULL,
    PRIMARY KEY (chat_id, day, person));
CREATE TABLE IF NOT EXISTS behaviour (
    corp_id TEXT NOT NULL, userid TEXT NOT NULL COLLATE NOCASE, day INTEGER NOT NULL,
    chat_cnt INTEGER NOT NULL DEFAULT 0, message_cnt INTEGER NOT NULL DEFAULT 0,
    replied INTEGER NOT NULL DEFAULT 0, reply_minutes INTEGER NOT NULL DEFAULT 0,
    negative_feedback_cnt INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (corp_id, userid, day));
"""

# ``confirm_at`` is business time, NULL when the member confirms by hand.
MASS_SENDS = """
CREATE TABLE IF NOT EXISTS mass_send (
    id INTEGER PRIMARY KEY AUTOINCREMENT, msgid TEXT NOT NULL UNIQUE, corp_id TEXT NOT NULL,
    chat_type TEXT NOT NULL, create_time INTEGER NOT NULL, created_real REAL NOT NULL,
    body TEXT NOT NULL, cancelled INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS mass_send_time ON mass_send (corp_id, chat_type, create_time);
CREATE TABLE IF NOT EXISTS mass_task (
    id INTEGER PRIMARY KEY AUTOINCREMENT, msgid TEXT NOT NULL, corp_id TEXT NOT NULL,
    userid TEXT NOT NULL COLLATE NOCASE, status INTEGER NOT NULL DEFAULT 0, send_time INTEGER,
    confirm_at INTEGER, UNIQUE (msgid, userid));
CREATE INDEX IF NOT EXISTS mass_task_member ON mass_task (corp_id, userid, status);
CREATE INDEX IF NOT EXISTS mass_task_due ON mass_task (status, confirm_at);
CREATE TABLE IF NOT EXISTS mass_target (
    id INTEGER PRIMARY KEY AUTOINCREMENT, msgid TEXT NOT NULL, corp_id TEXT NOT NULL,
    userid TEXT NOT NULL COLLATE NOCASE, recipient TEXT NOT NULL,
    status INTEGER NOT NULL DEFAULT 0, send_time INTEGER);
CREATE INDEX IF NOT EXISTS mass_target_task ON mass_target (msgid, userid, status);
CREATE INDEX IF NOT EXISTS mass_target_got ON mass_target (corp_id, recipient, send_time);
CREATE TABLE IF NOT EXISTS mass_remind (msgid TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS mass_remind_at ON mass_remind (msgid, at);
"""
