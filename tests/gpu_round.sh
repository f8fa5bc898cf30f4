#!/bin/sh
# Try the grader on a machine with a GPU, in less than five minutes, with the Python and the PyTorch of that machine.
#
#   tests/gpu_round.sh pack 3.12     where there is a network: fetch our other packages into gpu-wheels/
#   tests/gpu_round.sh               where there is a GPU, without a network: run everything, results in $OUT
#
# Variables:
#   PYTHON     the Python that has PyTorch (default: python3)
#   OUT        the folder for the results (default: report/gpu-round)
#   REHEARSE   not empty: run all steps on the CPU, to try this script where there is no GPU

set -u
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here" || exit 2
wheels=$here/gpu-wheels
python=${PYTHON:-python3}
out=${OUT:-$here/report/gpu-round}
device=cuda
[ -n "${REHEARSE:-}" ] && device=cpu

fail() { echo "gpu_round.sh: $1" >&2; exit "${2:-3}"; }

if [ "${1:-}" = pack ]; then
    version=${2:?name the version of Python there, such as 3.12}
    rm -rf "$wheels"
    grep -iv -E '^(torch|torchvision|nvidia|triton)' constraints.txt > /tmp/gpu-round-constraints.txt
    "$python" -m pip download --quiet --only-binary :all: --python-version "$version" --implementation cp \
        --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform any \
        --constraint /tmp/gpu-round-constraints.txt --dest "$wheels" \
        click jinja2 numpy packaging pydantic pytest rich hypothesis pytest-xdist || fail "pip cannot fetch the wheels." 2
    # not the newest torch may need an older numpy: that of the machine is taken if it is new enough
    "$python" -c 'import pathlib, sys; from autograder.authoring.wheel import wheel
name, data = wheel(); pathlib.Path(sys.argv[1], name).write_bytes(data)' "$wheels" || fail "Install the framework here." 2
    du -sh "$wheels"
    exit 0
fi

# --- is there a GPU? a kernel and a copy back, because a driver may answer and not work

"$python" -c 'import torch' 2>/dev/null || fail "$python has no PyTorch. Name another one: PYTHON=/path/to/python."
if [ "$device" = cuda ]; then
    "$python" -c 'import sys, torch
sys.exit(not (torch.cuda.is_available() and float((torch.ones(4, device="cuda") * 2).sum()) == 8.0))' 2>/dev/null \
        || fail "No CUDA device found that computes. Run this script on a machine with a GPU, or set REHEARSE=1."
fi

# --- our packages beside the PyTorch of this machine

mkdir -p "$out"
start=$(date +%s)
if ! "$python" -c 'import autograder, pytest, xdist' 2>/dev/null; then
    [ -d "$wheels" ] || fail "There is no folder gpu-wheels. Run tests/gpu_round.sh pack VERSION where there is a network." 2
    venv=$here/.gpu-venv
    "$python" -m venv --system-site-packages --without-pip "$venv" || fail "$python has no module venv." 2
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    # without pip: it may be missing, and a wheel is an archive that is unpacked
    # its packages also if that Python is itself a virtual environment
    "$python" -c 'import site, sys
print(*(path for path in sys.path if path.endswith(("site-packages", "dist-packages"))), sep="\n")' > "$site/machine.pth"
    "$python" - "$site" "$wheels" <<'X' || fail "The wheels cannot be unpacked." 2
import pathlib, sys, zipfile
site, wheels = sys.argv[1:]
import numpy
new_enough = int(numpy.__version__.split(".")[0]) >= 2
for path in sorted(pathlib.Path(wheels).glob("*.whl")):
    if not (path.name.startswith("numpy-") and new_enough):
        zipfile.ZipFile(path).extractall(site)
X
    python=$venv/bin/python
fi
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1  # plug-ins of the machine

# step NAME SECONDS COMMAND...: run a step within its time, keep what it prints, say how it ended
step() {
    name=$1 limit=$2; shift 2
    begun=$(date +%s)
    timeout -k 5 "$limit" "$@" > "$out/$name.txt" 2>&1
    status=$?
    printf '%-12s exit %-3s %4s s   %s\n' "$name" "$status" "$(($(date +%s) - begun))" \
        "$(tail -n 1 "$out/$name.txt" | cut -c1-100)" | tee -a "$out/summary.txt"
}

rm -f "$out/summary.txt"
"$python" -c 'import platform, sys, torch
name = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
print(name, "| Python", platform.python_version(), "| torch", torch.__version__, "| CUDA", torch.version.cuda)' \
    | tee -a "$out/summary.txt"

# what the wall holds for a worker with a GPU, and for one without
step selftest 40 "$python" - "$device" <<'X'
import sys
from autograder.student import selftest
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
with Supervisor() as supervisor:
    for gpu in (False, sys.argv[1] == "cuda"):
        found = selftest.examine(supervisor, WorkerSpec(Limits(gpu=gpu), torch=True))
        print(f"gpu={gpu}: held {', '.join(found.layers)}; missing {', '.join(found.missing) or 'nothing'}")
X
step refused 30 "$python" -m autograder grade 13-cnn --official --device "$device" --html "$out/refused" \
    --submission solutions/13-cnn/cnn.py
for slug in 11-mnist-linear 13-cnn $(ls solutions | grep -i dnn); do
    module=$(ls "solutions/$slug"/*.py | grep -v test_ | head -n 1)
    step "$slug" 50 "$python" -m autograder grade "$slug" --device "$device" --plain --submission "$module" \
        --html "$out/$slug"
done
step cnn-test 60 "$python" -m pytest -q -p no:cacheprovider -m gpu tests/test_gpu.py
# one epoch of 60,000 images of 28 x 28 as in MNIST: on the GPU with a cold start, again, and on the CPU
step epoch 60 "$python" - "$device" <<'X'
import sys, time
import torch
from torch import nn
device = sys.argv[1]
images, labels = torch.rand(60_000, 1, 28, 28), torch.randint(10, (60_000,))
def epoch(device, share=1.0):
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 10),
    ).to(device)
    x, y = images.to(device), labels.to(device)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    begun, count = time.perf_counter(), int(600 * share)
    for batch in range(count):
        rows = slice(100 * batch, 100 * batch + 100)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
    if device == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - begun) / share
torch.set_num_threads(1)
if device == "cuda":
    first, again = epoch("cuda"), epoch("cuda")
    print(f"epoch on the GPU: first {first:.2f} s, again {again:.2f} s")
cpu = epoch("cpu", share=0.1)
print(f"epoch on one core: {cpu:.1f} s (from a tenth)" + (f", {cpu / again:.0f} times the GPU" if device == "cuda" else ""))
X
left=$((285 - $(date +%s) + start))  # the hostile programs take what is left of five minutes
[ "$left" -gt 20 ] && step hostile "$left" "$python" -m pytest -q -p no:cacheprovider -p xdist -n auto tests/hostile \
    -k "hostile_program or honest_program"
echo "took $(($(date +%s) - start)) s; everything is in $out"
