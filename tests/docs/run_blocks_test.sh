#!/bin/bash
# run_blocks.sh fails where a document's command fails, and on a block that says neither that it runs nor why not.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
directory=$(mktemp -d "${TMPDIR:-/tmp}/drover-docs-test-XXXXXX")
trap 'rm -rf "$directory"' EXIT
document=$directory/doc.md

# expect STATUS TEXT: run the document on standard input; it ends so and says so.
expect() {
  cat > "$document"
  status=0
  said=$("$here/run_blocks.sh" /nonexistent "$document" 2>&1) || status=$?
  if [ "$status" != "$1" ] || [[ "$said" != *"$2"* ]]; then
    echo "wanted status $1 and '$2', got $status and: $said" >&2
    exit 1
  fi
}

expect 0 'a file of the first block' <<'END'
<!-- run -->
```sh
echo 'a file of the first block' > kept
```
Text.
```
false  # no shell block
```
<!-- not run: it would fail -->
```sh
false
```
<!-- run -->
```sh
cat kept    # the same directory
test -f model.tflite -a -f inputs.npy
```
END

expect 1 'doc.md:5: failed with 1: false' <<'END'
<!-- run -->
```sh
true
true && true
false    # here
echo 'never reached'
```
END

expect 1 'doc.md:2: a shell block without' <<'END'
Text.
```sh
true
```
END

expect 1 'a marker without a shell block' <<'END'
<!-- run -->
```sh
true
```
<!-- not run: nothing follows -->
END

expect 1 'no shell block to run' <<'END'
Text alone.
END
