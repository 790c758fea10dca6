# What a reader of the documents has before the first command: a model, ten inputs for it, two tables, a device's own directories.
# Read by the shell that runs the blocks (BASH_ENV), which ends at the first command that fails.
unset BASH_ENV
set -eu
trap 'echo "$DOCUMENT:$LINENO: failed with $?: $BASH_COMMAND" >&2' ERR
trap 'for job in $(jobs -p); do kill "$job" && wait "$job" || true; done 2> /dev/null' EXIT

export DROVER_STATE_DIR=$PWD/device/state DROVER_RUN_DIR=$PWD/device/run
cp "$SOURCE/tests/data/models/kws_float32.tflite" model.tflite
{
  printf '\x93NUMPY\x01\x00\x76\x00'
  printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (10, 49, 10, 1), }"
  head -c $((10 * 490 * 4)) /dev/zero
} > inputs.npy
# SoftHSM's tokens.
mkdir tokens
echo "directories.tokendir = $PWD/tokens" > softhsm.conf
export SOFTHSM2_CONF=$PWD/softhsm.conf
table() { awk -v rows="$1" -v shift="$2" 'BEGIN { OFS = ","; srand(1); print "mean,contrast"; while (rows--) print rand() + shift, rand() }'; }
table 2000 0 > training.csv
table 500 0.2 > last-week.csv

# Until `true` of the arguments, for at most 30 s.
until_true() {
  for _ in $(seq 300); do
    if "$@" 2> /dev/null; then return; fi
    sleep 0.1
  done
  echo "never came true: $*" >&2
  return 1
}
port_answers() { (: < "/dev/tcp/127.0.0.1/$PORT"); }
agent_answers() { test -S "$DROVER_RUN_DIR/agent.sock"; }
