"""SQL of the registered metrics, over facts alone.

Each statement selects (day, dimension, key, numerator, denominator, is_matured) for the
days in %(days)s; %(from)s and %(until)s are the instants around them, so that indexes on
time are used. Days are those of Asia/Shanghai. `spread` repeats a row for each dimension
that it counts in, so that every metric is one GROUP BY.
"""


def _day(column: str) -> str:
    return f"({column} AT TIME ZONE 'Asia/Shanghai')::date"


def _month(column: str) -> str:
    return f"date_trunc('month', {column} AT TIME ZONE 'Asia/Shanghai')::date"


_CELL = "GROUP BY day, dimension, key"

_DIMENSIONS = """CROSS JOIN LATERAL (VALUES ('all', ''), ('brand', brand_id::text),
    ('platform', platform)) AS d(dimension, key) WHERE d.key IS NOT NULL"""

_PAID = f"""
WITH paid AS MATERIALIZED (
    SELECT {_day("paid_at")} AS day, brand_id, platform, store_id, member_id, paid_fen,
           refunded_fen
    FROM fact_order
    WHERE kind = 'sale' AND paid_at >= %(from)s AND paid_at < %(until)s
      AND {_day("paid_at")} = ANY(%(days)s)),
spread AS MATERIALIZED (SELECT * FROM paid {_DIMENSIONS})"""

_BOUGHT = f"""
WITH bought AS MATERIALIZED (
    SELECT {_month("paid_at")} AS day, brand_id, platform, member_id
    FROM fact_order
    WHERE kind = 'sale' AND member_id IS NOT NULL
      AND paid_at >= %(from)s AND paid_at < %(until)s),
per_person AS MATERIALIZED (
    SELECT day, dimension, key, member_id, count(*) AS orders
    FROM bought {_DIMENSIONS} GROUP BY day, dimension, key, member_id)"""

NET_SALES = f"""
WITH moved AS MATERIALIZED (
    SELECT {_day("paid_at")} AS day, brand_id, platform, store_id, paid_fen AS amount_fen
    FROM fact_order
    WHERE kind = 'sale' AND paid_at >= %(from)s AND paid_at < %(until)s
    UNION ALL
    SELECT {_day("r.succeeded_at")}, o.brand_id, o.platform, o.store_id, -r.amount_fen
    FROM fact_refund r JOIN fact_order o ON o.order_id = r.order_id
    WHERE o.kind <> 'claim' AND r.succeeded_at >= %(from)s AND r.succeeded_at < %(until)s
    UNION ALL
    SELECT unnest(%(days)s::date[]), NULL, NULL, NULL, 0)
SELECT day, dimension, key, sum(amount_fen) AS numerator, NULL::bigint AS denominator,
       true AS is_matured
FROM moved CROSS JOIN LATERAL (VALUES ('all', ''), ('brand', brand_id::text),
     ('platform', platform), ('store', store_id::text)) AS d(dimension, key)
WHERE d.key IS NOT NULL AND day = ANY(%(days)s) {_CELL}"""

SALES_PER_BUYER = f"""{_PAID}
SELECT day, dimension, key, sum(paid_fen - refunded_fen) AS numerator,
       count(DISTINCT member_id) AS denominator, true AS is_matured
FROM spread WHERE member_id IS NOT NULL {_CELL}"""

REFUND_RATE_AMT = f"""{_PAID}
SELECT day, dimension, key, sum(refunded_fen) AS numerator, sum(paid_fen) AS denominator,
       true AS is_matured
FROM spread {_CELL}"""

ORDERS_PER_BUYER = f"""{_BOUGHT}
SELECT day, dimension, key, sum(orders) AS numerator, count(*) AS denominator,
       true AS is_matured
FROM per_person WHERE day = ANY(%(days)s) {_CELL}"""

REPURCHASE_RATE_M = f"""{_BOUGHT}
SELECT day, dimension, key, count(*) FILTER (WHERE orders >= 2) AS numerator,
       count(*) AS denominator, true AS is_matured
FROM per_person WHERE day = ANY(%(days)s) {_CELL}"""

REBUY_RATE = f"""{_BOUGHT}
SELECT (former.day + interval '1 month')::date AS day, former.dimension, former.key,
       count(latter.member_id) AS numerator, count(*) AS denominator, true AS is_matured
FROM per_person former LEFT JOIN per_person latter
  ON latter.day = (former.day + interval '1 month')::date
 AND latter.dimension = former.dimension AND latter.key = former.key
 AND latter.member_id = former.member_id
WHERE (former.day + interval '1 month')::date = ANY(%(days)s)
GROUP BY former.day, former.dimension, former.key"""

GUIDE_SHARED_SALES_SHARE = f"""
WITH performed AS MATERIALIZED (
    SELECT {_day("at")} AS day, amount_fen, is_share, is_bind FROM fact_attribution
    WHERE at >= %(from)s AND at < %(until)s AND {_day("at")} = ANY(%(days)s))
SELECT day, 'kind' AS dimension, kind AS key,
       coalesce(sum(amount_fen) FILTER (WHERE is_share OR (is_bind AND kind = 'either')), 0)
           AS numerator,
       sum(amount_fen) AS denominator, true AS is_matured
FROM performed CROSS JOIN (VALUES ('share'), ('either')) AS k(kind) GROUP BY day, kind"""

_DELIVERED = f"""
WITH delivered AS MATERIALIZED (
    SELECT {_day("delivered_at")} AS day, batch_id, delivered_at, scanned_at, added_at,
           is_new_person
    FROM fact_card
    WHERE delivered_at >= %(from)s AND delivered_at < %(until)s
      AND {_day("delivered_at")} = ANY(%(days)s)),
spread AS MATERIALIZED (
    SELECT * FROM delivered CROSS JOIN LATERAL (VALUES ('all', ''), ('batch', batch_id::text))
        AS d(dimension, key))"""

CARD_SCAN_RATE = f"""{_DELIVERED}
SELECT day, dimension, key, count(scanned_at) AS numerator, count(*) AS denominator,
       true AS is_matured
FROM spread {_CELL}"""

CARD_CONVERSION_RATE = f"""{_DELIVERED}
SELECT day, dimension, key,
       count(*) FILTER (WHERE is_new_person AND added_at < delivered_at + interval '14 days')
           AS numerator,
       count(*) AS denominator,
       max(delivered_at) + interval '14 days' <= %(now)s AS is_matured
FROM spread {_CELL}"""

CONTACT_CAC = f"""
WITH wanted AS (SELECT unnest(%(days)s::date[]) AS day),
batches AS (SELECT DISTINCT batch_id FROM fact_card),
costs AS MATERIALIZED (SELECT batch_id, {_day("at")} AS day, amount_fen FROM fact_card_cost),
contacts AS MATERIALIZED (
    SELECT batch_id, {_day("added_at")} AS day FROM fact_card
    WHERE is_new_person AND added_at IS NOT NULL),
per_batch AS MATERIALIZED (
    SELECT w.day, b.batch_id,
           (SELECT coalesce(sum(amount_fen), 0) FROM costs c
            WHERE c.batch_id = b.batch_id AND c.day <= w.day) AS cost,
           (SELECT count(*) FROM contacts n
            WHERE n.batch_id = b.batch_id AND n.day <= w.day) AS people
    FROM wanted w CROSS JOIN batches b)
SELECT day, dimension, key, sum(cost) AS numerator, sum(people) AS denominator,
       true AS is_matured
FROM per_batch CROSS JOIN LATERAL (VALUES ('all', ''), ('batch', batch_id::text))
     AS d(dimension, key)
{_CELL} HAVING sum(cost) > 0 OR sum(people) > 0"""

GROUP_ACTIVE_RATE_W = """
WITH weeks AS (
    SELECT day, ((day + 7)::timestamp AT TIME ZONE 'Asia/Shanghai') AS ends_at
    FROM unnest(%(days)s::date[]) AS day),
told AS MATERIALIZED (
    SELECT w.day, w.ends_at, s.group_id,
           count(DISTINCT s.person) FILTER (WHERE s.person <> '' AND NOT s.is_staff) AS speakers
    FROM weeks w JOIN fact_group_speech s ON s.day >= w.day AND s.day < w.day + 7
    GROUP BY w.day, w.ends_at, s.group_id),
per_group AS MATERIALIZED (
    SELECT t.day, t.ends_at, t.group_id, g.unit_id, t.speakers, (
        SELECT count(*) FROM fact_group_stay m
        WHERE m.group_id = t.group_id AND m.kind = 'contact' AND m.joined_at < t.ends_at
          AND (m.left_at IS NULL OR m.left_at >= t.ends_at)) AS members
    FROM told t JOIN fact_group g ON g.group_id = t.group_id)
SELECT day, dimension, key, sum(speakers) AS numerator, sum(members) AS denominator,
       bool_and(ends_at <= %(now)s::timestamptz) AS is_matured
FROM per_group CROSS JOIN LATERAL (VALUES ('all', ''), ('store', unit_id::text),
     ('group', group_id::text)) AS d(dimension, key)
WHERE d.key IS NOT NULL
GROUP BY day, dimension, key HAVING sum(members) > 0"""
"""A group is in where anybody told who spoke there that week: silence and ignorance differ."""

_SLOTS = """
WITH slots AS MATERIALIZED (
    SELECT day, brand_id, group_type, scene, groups, on_time FROM fact_slot
    WHERE day = ANY(%(days)s) AND state <> 'cancelled' AND groups > 0)"""

SLOT_EXEC_RATE = f"""{_SLOTS}
SELECT day, dimension, key, sum(on_time) AS numerator, sum(groups) AS denominator,
       true AS is_matured
FROM slots CROSS JOIN LATERAL (VALUES ('all', ''), ('brand', brand_id::text),
     ('group_type', group_type)) AS d(dimension, key)
{_CELL}"""

SCENE_MIX = f"""{_SLOTS}, totals AS (SELECT day, count(*) AS total FROM slots GROUP BY day)
SELECT t.day, 'scene' AS dimension, s.scene AS key,
       count(*) FILTER (WHERE slots.scene = s.scene) AS numerator, t.total AS denominator,
       true AS is_matured
FROM totals t CROSS JOIN (VALUES ('sales'), ('enable'), ('interact')) AS s(scene)
JOIN slots ON slots.day = t.day
GROUP BY t.day, s.scene, t.total"""

_LIVE = f"""
WITH rooms AS MATERIALIZED (
    SELECT room_id, room_ref, unit_id, {_day("started_at")} AS day
    FROM fact_live_room
    WHERE started_at >= %(from)s AND started_at < %(until)s
      AND {_day("started_at")} = ANY(%(days)s)),
spread AS MATERIALIZED (
    SELECT * FROM rooms CROSS JOIN LATERAL (VALUES ('all', ''), ('store', unit_id::text),
        ('room', room_id::text)) AS d(dimension, key)),
people AS MATERIALIZED (
    SELECT s.day, s.dimension, s.key, count(DISTINCT v.member_id) AS people,
           sum(v.entries) AS views, sum(v.seconds) AS seconds
    FROM spread s JOIN fact_live_visit v ON v.room_id = s.room_id
    GROUP BY s.day, s.dimension, s.key),
sales AS MATERIALIZED (
    SELECT s.day, s.dimension, s.key, sum(o.paid_fen) AS paid_fen,
           count(DISTINCT o.member_id) AS payers
    FROM spread s JOIN fact_order o ON o.room_ref = s.room_ref
    WHERE o.kind = 'sale' AND o.paid_at IS NOT NULL AND o.room_ref <> ''
      AND o.placed_at >= %(from)s AND o.placed_at < %(until)s::timestamptz + interval '2 days'
    GROUP BY s.day, s.dimension, s.key)"""

LIVE_UV_VALUE = f"""{_LIVE}
SELECT day, dimension, key, coalesce(paid_fen, 0) AS numerator, people AS denominator,
       true AS is_matured
FROM people LEFT JOIN sales USING (day, dimension, key)"""

LIVE_CONV = f"""{_LIVE}
SELECT day, dimension, key, coalesce(payers, 0) AS numerator, people AS denominator,
       true AS is_matured
FROM people LEFT JOIN sales USING (day, dimension, key)"""

LIVE_AVG_STAY_S = f"""{_LIVE}
SELECT day, dimension, key, seconds AS numerator, people AS denominator, true AS is_matured
FROM people"""

LIVE_GPM = f"""{_LIVE}
SELECT day, dimension, key, coalesce(paid_fen, 0) * 1000 AS numerator, views AS denominator,
       true AS is_matured
FROM people LEFT JOIN sales USING (day, dimension, key)"""

LIVE_INVITE_ENTER_RATE = f"""{_LIVE},
opened AS MATERIALIZED (
    SELECT room_id, inviter_id, count(*) AS opened FROM fact_live_event
    WHERE kind = 'open' AND room_id IN (SELECT room_id FROM rooms)
    GROUP BY room_id, inviter_id),
entered AS MATERIALIZED (
    SELECT room_id, inviter_id, count(*) AS entered FROM fact_live_visit
    WHERE inviter_id IS NOT NULL AND room_id IN (SELECT room_id FROM rooms)
    GROUP BY room_id, inviter_id),
invited AS MATERIALIZED (
    SELECT room_id, coalesce(entered, 0) AS entered,
           greatest(coalesce(opened, 0), coalesce(entered, 0)) AS opened
    FROM opened FULL JOIN entered USING (room_id, inviter_id))
SELECT s.day, s.dimension, s.key, sum(i.entered) AS numerator, sum(i.opened) AS denominator,
       true AS is_matured
FROM spread s JOIN invited i ON i.room_id = s.room_id
GROUP BY s.day, s.dimension, s.key"""

QUERIES = {
    "live_uv_value": LIVE_UV_VALUE,
    "live_conv": LIVE_CONV,
    "live_avg_stay_s": LIVE_AVG_STAY_S,
    "live_gpm": LIVE_GPM,
    "live_invite_enter_rate": LIVE_INVITE_ENTER_RATE,
    "card_scan_rate": CARD_SCAN_RATE,
    "card_conversion_rate": CARD_CONVERSION_RATE,
    "contact_cac": CONTACT_CAC,
    "net_sales": NET_SALES,
    "sales_per_buyer": SALES_PER_BUYER,
    "orders_per_buyer": ORDERS_PER_BUYER,
    "repurchase_rate_m": REPURCHASE_RATE_M,
    "rebuy_rate": REBUY_RATE,
    "guide_shared_sales_share": GUIDE_SHARED_SALES_SHARE,
    "refund_rate_amt": REFUND_RATE_AMT,
    "group_active_rate_w": GROUP_ACTIVE_RATE_W,
    "slot_exec_rate": SLOT_EXEC_RATE,
    "scene_mix": SCENE_MIX,
}

FIRST_DAY = f"""
SELECT min(day) FROM (
    SELECT min({_day("paid_at")}) AS day FROM fact_order
    UNION ALL SELECT min({_day("placed_at")}) FROM fact_order WHERE kind = 'cancellation'
    UNION ALL SELECT min({_day("delivered_at")}) FROM fact_card
    UNION ALL SELECT min({_day("at")}) FROM fact_card_cost
    UNION ALL SELECT min({_day("started_at")}) FROM fact_live_room
    UNION ALL SELECT min(day) FROM fact_group_speech
    UNION ALL SELECT min(day) FROM fact_slot) AS firsts"""

ORDER_DAYS = f"SELECT {_day('paid_at')}, {_day('placed_at')} FROM fact_order WHERE order_id = %s"

REFUND_DAYS = f"""
SELECT {_day("r.succeeded_at")}, {_day("o.paid_at")}
FROM fact_refund r JOIN fact_order o ON o.order_id = r.order_id WHERE r.refund_id = %s"""
