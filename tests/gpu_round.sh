#!/bin/sh
# Try official grading on a machine with a GPU, in less than five minutes, with its Python and PyTorch, and no network.
#
#   tests/gpu_round.sh pack 3.12     where there is a network: fetch our other packages into gpu-wheels/
#   tests/gpu_round.sh               where there is a GPU: run every step, results in $OUT
#
# It ends with 0 if every step did, and with 1 if one did not. Variables:
#   PYTHON            the Python that has PyTorch (default: python3)
#   OUT               the folder for the results (default: report/gpu-round)
#   AUTOGRADER_DATA   the folder with MNIST, if it is there
#   REHEARSE          not empty: try the script where there is no GPU. Stand-ins take the place of CUDA, the assignments
#                     run on the CPU, and every step has six times as long, because such a machine is often busy.

set -u
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here" || exit 2
wheels=$here/gpu-wheels
python=${PYTHON:-python3}
out=${OUT:-$here/report/gpu-round}
device=cuda patience=1
[ -n "${REHEARSE:-}" ] && device=cpu patience=6

reason() { echo "$said" | tail -n 1 | sed 's/^./: &/'; }
fail() { echo "gpu_round.sh: $1" >&2; exit "${2:-3}"; }

if [ "${1:-}" = pack ]; then
    version=${2:?name the version of Python there, such as 3.12}
    rm -rf "$wheels"
    known=$(mktemp)
    grep -iv -E '^(torch|torchvision|nvidia|triton)' constraints.txt > "$known"
    "$python" -m pip download --quiet --only-binary :all: --python-version "$version" --implementation cp \
        --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform any \
        --constraint "$known" --dest "$wheels" \
        click jinja2 numpy packaging pydantic pytest rich hypothesis pytest-xdist || fail "pip cannot fetch the wheels." 2
    rm -f "$known"
    "$python" -c 'import pathlib, sys; from autograder.authoring.wheel import wheel
name, data = wheel(); pathlib.Path(sys.argv[1], name).write_bytes(data)' "$wheels" || fail "Install the framework here." 2
    du -sh "$wheels"
    exit 0
fi

# --- is there a GPU? a kernel and a copy back, because a driver may answer and not work

said=$("$python" -c 'import torch' 2>&1) \
    || fail "$python cannot import PyTorch$(reason). Name another one: PYTHON=/path/to/python."
if [ "$device" = cuda ]; then
    said=$("$python" -c 'import sys, torch
sys.exit(not (torch.cuda.is_available() and float((torch.ones(4, device="cuda") * 2).sum()) == 8.0))' 2>&1) \
        || fail "No CUDA device found that computes$(reason). Run this script on a machine with a GPU, or set REHEARSE=1."
fi

# --- our packages beside the PyTorch of this machine

mkdir -p "$out"
start=$(date +%s)
# Our wheels if they are here: that machine may have some of the packages, of other versions. Without them, the framework
# itself must be installed, and not only lie in this folder.
ours='import autograder, pytest, hypothesis, pydantic, rich, click, jinja2, importlib.metadata
importlib.metadata.version("autograder-dl")'
if [ -d "$wheels" ] || ! "$python" -c "$ours" 2>/dev/null; then
    [ -d "$wheels" ] || fail "There is no folder gpu-wheels. Run tests/gpu_round.sh pack VERSION where there is a network." 2
    venv=$here/.gpu-venv
    rm -rf "$venv"
    "$python" -m venv --system-site-packages --without-pip "$venv" || fail "$python has no module venv." 2
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    # its packages also if that Python is itself a virtual environment
    "$python" -c 'import site, sys
print(*(path for path in sys.path if path.endswith(("site-packages", "dist-packages"))), sep="\n")' > "$site/machine.pth"
    # Without pip: it may be missing, and a wheel is an archive that is unpacked. The numpy of the machine is kept if it
    # is new enough, because its PyTorch was built with it.
    "$python" - "$site" "$wheels" <<'END' || fail "The wheels cannot be unpacked." 2
import pathlib, sys, zipfile
site, wheels = sys.argv[1:]
try:
    import numpy
    new_enough = int(numpy.__version__.split(".")[0]) >= 2
except ImportError:
    new_enough = False
for path in sorted(pathlib.Path(wheels).glob("*.whl")):
    if not (path.name.startswith("numpy-") and new_enough):
        zipfile.ZipFile(path).extractall(site)
END
    rm -rf "$site/autograder"  # the code of this folder instead, which may be newer than the wheel
    echo "$here" > "$site/here.pth"
    python=$venv/bin/python
    "$python" -m compileall -q "$site" "$here/autograder" > /dev/null 2>&1  # once, and not in every step
    said=$("$python" -c "import torch; $ours" 2>&1) \
        || fail "The wheels do not fit this Python$(reason). Make them for its version: tests/gpu_round.sh pack VERSION." 2
fi
chmod -R go+rX "$here/.gpu-venv" "$here/autograder" 2>/dev/null  # root's workers are another user
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1  # plug-ins of the machine
failed=0

# step NAME SECONDS COMMAND...: run a step within its time and what is left of five minutes, keep what it prints, say how it
# ended
step() {
    name=$1 limit=$(($2 * patience)); shift 2
    begun=$(date +%s)
    left=$((290 * patience - begun + start))
    [ "$limit" -le "$left" ] || limit=$left
    if [ "$limit" -lt 5 ]; then
        failed=$((failed + 1))
        printf '%-12s left out: the five minutes are over\n' "$name" | tee -a "$out/summary.txt"
        return
    fi
    timeout -k 5 "$limit" "$@" > "$out/$name.txt" 2>&1
    status=$?
    [ "$status" = 0 ] || failed=$((failed + 1))
    [ "$status" = 124 ] && echo "stopped after $limit s" >> "$out/$name.txt"
    printf '%-12s exit %-3s %4s s   %s\n' "$name" "$status" "$(($(date +%s) - begun))" \
        "$(grep -v '^ *$' "$out/$name.txt" | tail -n 1 | cut -c1-110)" | tee -a "$out/summary.txt"
}

rm -f "$out/summary.txt"
{
    "$python" -c 'import platform, torch
name = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
print(name, "| Python", platform.python_version(), "| torch", torch.__version__, "| CUDA", torch.version.cuda)'
    cat /proc/driver/nvidia/version 2>/dev/null
    uname -r
    ls -l /dev/nvidia* /dev/nvidia-caps 2>/dev/null
} | tee "$out/machine.txt" | head -n 1 | tee -a "$out/summary.txt"

# Which layer, if any, keeps CUDA from starting? And how long does a worker take?
step wall 60 "$python" tests/gpu_wall.py "$device"
step selftest 60 "$python" tests/gpu_wall.py "$device" selftest
mnist=
[ -d "${AUTOGRADER_DATA:-/none}/MNIST/raw" ] && mnist="mnist"
for data in digits28 $mnist; do
    step "11-$data" 60 "$python" -m autograder grade 11-mnist-linear --official --device "$device" --data "$data" \
        --plain --seed 1 --submission solutions/11-mnist-linear --html "$out/11-$data"
    step "13-$data" 60 "$python" -m autograder grade 13-cnn --official --device "$device" --data "$data" \
        --plain --seed 1 --submission solutions/13-cnn --html "$out/13-$data"
done
# a warning of another version of Python, numpy or PyTorch is no failure here
pytest="-m pytest -q -p no:cacheprovider -W default"
[ "$device" = cuda ] && step tests 60 "$python" $pytest -m gpu tests/test_gpu.py
step epoch 40 "$python" tests/gpu_wall.py "$device" epoch
# What is left of five minutes is for one hostile program for every promise.
[ "$device" = cpu ] && export HOSTILE_STAND_IN=1
export HOSTILE_LEVEL=gpu
chosen="b04_ways or b05_read_other or b07 or c01_write or c02_signal or c04_sockets or d05_memory_bomb or d08 or e01"
step hostile 120 "$python" $pytest -m "" -k "$chosen" tests/hostile/test_hostile.py
echo "took $(($(date +%s) - start)) s, $failed steps failed; everything is in $out" | tee -a "$out/summary.txt"
[ "$failed" = 0 ]
