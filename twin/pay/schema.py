"""The tables of the payment half. Times are unix seconds of business time unless said."""

DDL = """
CREATE TABLE IF NOT EXISTS pay_merchant (
    mchid TEXT PRIMARY KEY, name TEXT NOT NULL, appids TEXT NOT NULL, apiv3_key TEXT NOT NULL,
    serial TEXT NOT NULL, public_pem TEXT NOT NULL, private_pem TEXT,
    wxpay_key_id TEXT NOT NULL, wxpay_private_pem TEXT NOT NULL, signing TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pay_certificate (
    id INTEGER PRIMARY KEY AUTOINCREMENT, serial TEXT NOT NULL UNIQUE, private_pem TEXT NOT NULL,
    pem TEXT NOT NULL, effective_time TEXT NOT NULL, expire_time TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pay_order (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mchid TEXT NOT NULL, out_trade_no TEXT NOT NULL,
    appid TEXT NOT NULL, openid TEXT NOT NULL, total INTEGER NOT NULL, body TEXT NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, state TEXT NOT NULL,
    transaction_id TEXT UNIQUE, paid_at INTEGER, UNIQUE (mchid, out_trade_no));
CREATE TABLE IF NOT EXISTS pay_prepay (
    prepay_id TEXT PRIMARY KEY, order_id INTEGER NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pay_refund (
    id INTEGER PRIMARY KEY AUTOINCREMENT, refund_id TEXT NOT NULL UNIQUE, mchid TEXT NOT NULL,
    out_refund_no TEXT NOT NULL, order_id INTEGER NOT NULL, amount INTEGER NOT NULL,
    body TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER NOT NULL, success_at INTEGER,
    UNIQUE (mchid, out_refund_no));
CREATE INDEX IF NOT EXISTS pay_refund_order ON pay_refund (order_id);
CREATE TABLE IF NOT EXISTS pay_transfer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, transfer_bill_no TEXT NOT NULL UNIQUE,
    mchid TEXT NOT NULL, out_bill_no TEXT NOT NULL, openid TEXT NOT NULL, amount INTEGER NOT NULL,
    body TEXT NOT NULL, state TEXT NOT NULL, fail_reason TEXT, package_info TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (mchid, out_bill_no));
CREATE INDEX IF NOT EXISTS pay_transfer_state ON pay_transfer (state, created_at);
CREATE INDEX IF NOT EXISTS pay_transfer_openid ON pay_transfer (mchid, openid, created_at);
CREATE TABLE IF NOT EXISTS pay_notification (
    id TEXT PRIMARY KEY, mchid TEXT NOT NULL, event_type TEXT NOT NULL, ref TEXT NOT NULL,
    url TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, last_status INTEGER,
    acknowledged INTEGER NOT NULL DEFAULT 0);
"""
