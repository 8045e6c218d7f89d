# Read by every command: find a Python that is new enough and hand over.
here=$(cd "$(dirname "$0")" && pwd -P)
for python in python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" -B "$here/_run.py" "$(basename "$0")" "$@"
    fi
done
echo "需要 Python 3.11 或更高版本,请先安装 python3。" >&2
exit 1
