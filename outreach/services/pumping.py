"""Several workers on one plan: one stays until the plan is out, the others help a while."""

from django.db.models import Max, Min, Q

from core import clock, jobs
from outreach.models import Chunk
from outreach.services.reconciling import reconcile_chunks
from outreach.services.sending import send_chunks

HELPERS = 3
DUE = Q(state=Chunk.State.QUEUED)
OPEN = Q(state__in=(Chunk.State.QUEUED, Chunk.State.SENDING, Chunk.State.UNKNOWN))
LONGEST_WAIT = 10.0
WINDOW_SECONDS = 10


def send_plan(*, plan_id: int, depth: int, seconds: float) -> float | None:
    """Hand over what is due of a plan; seconds until the next try, None when it is out.

    Depth 0 is the one that stays; a helper (1 …) ends when nothing is due. Raises
    `PortFailure` when the other side cannot be asked about doubtful chunks.
    """
    _call_a_helper(plan_id, depth + 1)
    pause = send_chunks(plan_id=plan_id, seconds=seconds)
    if not pause:
        _call_a_helper(plan_id, max(depth, 1))
    if depth:
        return None
    if not pause:
        reconcile_chunks(plan_id=plan_id)
    left = Chunk.objects.filter(OPEN, plan_id=plan_id).aggregate(next=Min("retry_at"))["next"]
    if left is None:
        _owe_notice(plan_id)
        return None
    wait = float((left - clock.now()).total_seconds())
    return max(pause, 0.5, min(wait, LONGEST_WAIT) if _asks_soon(plan_id) else wait)


def _owe_notice(plan_id: int) -> None:
    """Tell the guides once for each gate that brought them something."""
    last = Chunk.objects.filter(plan_id=plan_id).aggregate(last=Max("pk"))["last"]
    key = f"notify:{plan_id}:{last}"
    jobs.enqueue("outreach.notify_senders", {"plan_id": plan_id}, key=key)


def _asks_soon(plan_id: int) -> bool:
    """A chunk under way or in doubt wants to be looked at before its own moment."""
    return Chunk.objects.filter(OPEN & ~DUE, plan_id=plan_id).exists()


def _call_a_helper(plan_id: int, depth: int) -> None:
    """Owe a helper while more than one chunk is due; at most one a depth in a while."""
    due = Chunk.objects.filter(DUE, plan_id=plan_id, retry_at__lte=clock.now())
    if depth <= HELPERS and due[1:2].exists():
        window = int(clock.real_now().timestamp() // WINDOW_SECONDS)
        jobs.enqueue(
            "outreach.send_plan",
            {"plan_id": plan_id, "depth": depth},
            key=f"help:{plan_id}:{depth}:{window}",
        )
