"""PyPI `cwt` reads and verifies our passes, and we read and verify what it signs."""

import hashlib
import json
import subprocess
import sys
import time
import zlib

import base45
import cbor2
import cwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

cleanbill, work = sys.argv[1:]


def read(name):
    with open(f"{work}/{name}") as file:
        return file.read().strip()


def key_id(pem):
    public = serialization.load_pem_public_key(pem.encode())
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).digest()[:8]


def unpacked(text):
    assert text.startswith("HC1:")
    return zlib.decompress(base45.b45decode(text[4:]))


public_pem = read("keys/issuer/public.pem")
issuer = cwt.COSEKey.from_pem(public_pem, kid=key_id(public_pem))

# Ours, read by `cwt`.
for name in ["paper.txt", "live.txt"]:
    claims = cwt.decode(unpacked(read(name)), keys=issuer)
    assert claims[1] == "HZ" and claims[6] < time.time() < claims[4] and len(claims[7]) == 8, claims
    version, level, rules, region, initials, birthday = claims[-260][-7]
    assert (version, level, initials, birthday) == (1, 0, "Z.W.", 229), claims
    print(f"cwt verifies our {name}")
stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
pem = stranger.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
try:
    cwt.decode(unpacked(read("paper.txt")), keys=cwt.COSEKey.from_pem(pem, kid=key_id(public_pem)))
    raise SystemExit("cwt took a pass for a stranger's")
except cwt.VerifyError:
    print("cwt refuses our pass under a stranger's key")

# The live proof, by hand from RFC 9338, section 3.3, with the key that the pass binds.
protected, unprotected, payload, signature = cbor2.loads(unpacked(read("live.txt"))).value
header, _, proof = unprotected[11]
confirmation = cbor2.loads(payload)[8][1]
point = bytes([2 + confirmation[-3]]) + confirmation[-2]
phone = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
der = utils.encode_dss_signature(int.from_bytes(proof[:32], "big"), int.from_bytes(proof[32:], "big"))
to_be_signed = cbor2.dumps(["CounterSignatureV2", protected, header, b"", payload, [signature]])
phone.verify(der, to_be_signed, ec.ECDSA(hashes.SHA256()))
assert abs(cbor2.loads(header)[15][6] - time.time()) < 600
try:
    phone.verify(der, to_be_signed + b"\0", ec.ECDSA(hashes.SHA256()))
    raise SystemExit("any signature is taken")
except InvalidSignature:
    print("the live proof is a countersignature of RFC 9338")

# What `cwt` signs, read by us.
private_pem = read("keys/issuer/private.pem")
signer = cwt.COSEKey.from_pem(private_pem, kid=key_id(public_pem))
now = int(time.time())
times = {6: now - 60, 4: now + 3_600}
entry = {
    "tg": "840539006", "tt": "LP6464-4", "nm": "PCR", "sc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 3_600)),
    "tr": "260415000", "tc": "Testing centre", "co": "AT", "is": "Ministry", "ci": "URN:UVCI:01:AT:1#2",
}
certificate = {"ver": "1.3.0", "nam": {"fnt": "MUSTERFRAU"}, "dob": "1998-02-26", "t": [entry]}
theirs = {
    "our pass": ({1: "HZ", **times, 7: bytes(8), -260: {-7: [1, 0, "p-1", "3301", "Z.W.", 229]}}, "level_green"),
    "an EU certificate": ({1: "AT", **times, -260: {1: certificate}}, "test_negative"),
}
for name, (claims, why) in theirs.items():
    signed = cwt.encode(claims, signer)
    text = "HC1:" + base45.b45encode(zlib.compress(signed)).decode()
    command = [cleanbill, "pass", "verify", "--trust", f"{work}/keys/issuer/public.pem", text]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert answer["verdict"] == "admit" and why in answer["why"], answer
    print(f"we verify {name} that cwt signed")
