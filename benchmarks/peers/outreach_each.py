"""The textbook fan-out: a Celery task for each recipient, which decides, records and sends.

It looks at the friendship, the preference and the day's count, writes a row and makes a
call of its own for its one recipient, as each customer is a message of their own here.
"""

import os

import httpx
import psycopg2
from celery import Celery

app = Celery("each", broker=os.environ["REDIS_URL"])
app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False)

_database = None
_http = httpx.Client(trust_env=False)

ALLOWED = """
SELECT 1 FROM fact_contact c LEFT JOIN fact_preference p ON p.member_id = c.member_id
WHERE c.external_userid = %s AND c.state = 'active' AND NOT COALESCE(p.wants_none, false)
  AND (SELECT count(*) FROM peer_touch t WHERE t.recipient = c.external_userid
       AND t.round = %s) = 0
"""


@app.task
def send(round_number: int, userid: str, recipient: str) -> None:
    """One recipient of one step."""
    global _database  # noqa: PLW0603  one connection for each process
    if _database is None:
        _database = psycopg2.connect(os.environ["PEER_DATABASE_URL"])
    with _database, _database.cursor() as cursor:
        cursor.execute(ALLOWED, [recipient, round_number])
        if cursor.fetchone() is None:
            return
    body = {
        "chat_type": "single",
        "sender": userid,
        "external_userid": [recipient],
        "text": {"content": f"peer {round_number}"},
    }
    params = {"access_token": os.environ["PEER_TOKEN"]}
    url = f"{os.environ['WECOM_API_BASE']}/cgi-bin/externalcontact/add_msg_template"
    answer = _http.post(url, params=params, json=body).json()
    with _database, _database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO peer_touch VALUES (%s, %s, %s)",
            [round_number, recipient, answer.get("msgid", "")],
        )
