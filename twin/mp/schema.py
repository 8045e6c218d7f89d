"""The tables of the 公众号 half."""

DDL = """
CREATE TABLE IF NOT EXISTS mp (
    appid TEXT PRIMARY KEY, secret TEXT NOT NULL, name TEXT NOT NULL,
    oauth_domains TEXT NOT NULL, bound_to_open_platform INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS mp_consent (
    appid TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (appid, person));
"""
