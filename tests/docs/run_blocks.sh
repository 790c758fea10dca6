#!/bin/bash
# run_blocks.sh BIN_DIR DOCUMENT: runs a document's ```sh blocks one after another, as its reader would, in a directory
# of their own that has what reader.bash puts there. Before each such block stands a comment line: <!-- run -->, or
# <!-- not run: why -->. What fails is told with its place in the document.
set -euo pipefail
bin=$1 document=$2
here=$(cd "$(dirname "$0")" && pwd)
[ -f "$document" ] || { echo "$document: no such file" >&2; exit 1; }

directory=$(mktemp -d "${TMPDIR:-/tmp}/drover-docs-XXXXXX")
trap 'rm -rf "$directory"' EXIT

# Every line of the script is the document's line of the same number, or empty.
awk -v document="$document" '
  /^<!-- run -->$/            { marker = "run"; print ""; next }
  /^<!-- not run: .+ -->$/    { marker = "not run"; print ""; next }
  fence == "" && /^```sh *$/  { fence = "sh"; runs = marker == "run"
                                if (marker == "") { bad = document ":" NR ": a shell block without <!-- run --> or <!-- not run: why -->"; exit }
                                ++blocks[runs]; marker = ""; print ""; next }
  fence == "" && /^```/       { fence = "other"; print ""; next }
  /^```/                      { fence = ""; print ""; next }
  fence == "sh" && runs       { print; next }
                              { print "" }
  END {
    if (bad == "" && fence != "") bad = document ": a block without an end"
    if (bad == "" && marker != "") bad = document ": a marker without a shell block after it"
    if (bad == "" && blocks[1] == 0) bad = document ": no shell block to run"
    if (bad != "") { print bad > "/dev/stderr"; exit 1 }
  }' "$document" > "$directory/blocks"

export DOCUMENT=$document SOURCE=$here/../.. PATH=$bin:$PATH
mkdir "$directory/work"
cd "$directory/work"
# A port of 127.0.0.1 where nobody answers.
port=$((20000 + RANDOM % 12000))
while (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do port=$((20000 + RANDOM % 12000)); done
# The document's server is this machine, its programs are BIN_DIR's, a network is trained for a test, and what goes to the background answers before the next line is typed.
sed -f - "$directory/blocks" > "$directory/script" <<END
s|^drover init ops|& --host 127.0.0.1 --listen 127.0.0.1 --port $port|
s|build/bin/||g
s|^defect-train .*--seed 1$|& --fast|
s|https://ops.example:8443|https://127.0.0.1:$port|
s|^\(drover-server [^#]*&\)\( *#.*\)*$|\1 until_true port_answers|
s|^\(drover-agent run [^#]*&\)\( *#.*\)*$|\1 until_true agent_answers|
END
PORT=$port BASH_ENV=$here/reader.bash bash "$directory/script"
