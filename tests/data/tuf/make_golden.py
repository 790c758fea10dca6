"""Makes signatures.json and python_tuf/ beside this file with python-tuf (see ORIGIN.md for the versions)."""

import json
import pathlib
from datetime import datetime, timezone

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp)

HERE = pathlib.Path(__file__).parent


def signatures():
    signed = {"z": [1, -2, True, None, "é\n\t\"\\\u0001😀"], "a": {"b": {}, "A": []}, "Ω": 2**53}
    canonical = encode_canonical(signed)
    cases = []
    for signer in (CryptoSigner.generate_ecdsa(), CryptoSigner.generate_ed25519(), CryptoSigner.generate_rsa()):
        key = signer.public_key
        cases.append({"key": key.to_dict(), "keyid": key.keyid, "signed": signed, "canonical": canonical,
                      "sig": signer.sign(canonical.encode()).signature})
    (HERE / "signatures.json").write_text(json.dumps(cases, indent=1) + "\n")


def repository():
    out = HERE / "python_tuf"
    expires = datetime(2030, 1, 1, tzinfo=timezone.utc)
    signers = {"root": CryptoSigner.generate_ed25519(), "timestamp": CryptoSigner.generate_ecdsa(),
               "snapshot": CryptoSigner.generate_ecdsa(), "targets": CryptoSigner.generate_rsa(),
               "team/a": CryptoSigner.generate_ed25519()}
    root = Root(expires=expires, consistent_snapshot=True, unrecognized_fields={"x-note": "kept"})
    for role in ("root", "timestamp", "snapshot", "targets"):
        root.add_key(signers[role].public_key, role)
    targets = Targets(expires=expires)
    team = signers["team/a"].public_key
    targets.delegations = Delegations({team.keyid: team}, {"team/a": DelegatedRole(
        "team/a", [team.keyid], 1, False, paths=["a/*"])})
    delegated = Targets(expires=expires)
    delegated.targets["a/x.txt"] = TargetFile.from_data("a/x.txt", b"hello", ["sha256", "sha512"])
    delegated.targets["a/x.txt"].unrecognized_fields["custom"] = {"note": "grüße"}
    files = {"1.root.json": (root, "root"), "1.targets.json": (targets, "targets"),
             "1.team%2Fa.json": (delegated, "team/a")}
    written = {name: write(out / name, role, signers[by]) for name, (role, by) in files.items()}
    snapshot = Snapshot(expires=expires, meta={
        "targets.json": MetaFile.from_data(1, written["1.targets.json"], ["sha256"]),
        "team/a.json": MetaFile.from_data(1, written["1.team%2Fa.json"], ["sha512"])})
    text = write(out / "1.snapshot.json", snapshot, signers["snapshot"])
    timestamp = Timestamp(expires=expires, snapshot_meta=MetaFile.from_data(1, text, ["sha256"]))
    write(out / "timestamp.json", timestamp, signers["timestamp"])


def write(path, role, signer):
    metadata = Metadata(role)
    metadata.sign(signer)
    data = metadata.to_bytes()
    path.write_bytes(data)
    return data


signatures()
repository()
