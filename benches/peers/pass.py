"""Passes for the benchmark, made without our code, and the time PyPI `cwt` takes to check them.

    python pass.py make COUNT FOLDER    certificates.txt (EU), passes.txt (ours, on paper), live.txt, key.pem
    python pass.py cwt LIST KEY         checks every line on one core, prints seconds
"""

import sys
import time
import zlib

import base45
import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

NOW = int(time.time())  # `cwt` knows no other clock
EPOCH = NOW - 3_600


def sign(key, message):
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def kid(key):
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki(key))
    return digest.finalize()[:8]


def envelope(key, key_id, claims):
    protected = cbor2.dumps({1: -7, 4: key_id})
    payload = cbor2.dumps(claims)
    signature = sign(key, cbor2.dumps(["Signature1", protected, b"", payload]))
    return protected, payload, signature


def text(protected, unprotected, payload, signature):
    cose = cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, payload, signature]))
    return "HC1:" + base45.b45encode(zlib.compress(cose, 9)).decode()


def certificate(number):
    entry = {
        "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
        "dt": "2026-09-18", "co": "AT", "is": "Ministry of Health, Austria", "ci": f"URN:UVCI:01:AT:{number:032X}#B",
    }
    name = {"fn": "Musterfrau-Gößinger", "fnt": "MUSTERFRAU<GOESSINGER", "gn": "Gabriele", "gnt": "GABRIELE"}
    dcc = {"ver": "1.3.0", "nam": name, "dob": "1998-02-26", "v": [entry]}
    return {1: "AT", 4: EPOCH + 86_400, 6: EPOCH, -260: {1: dcc}}


def claims(number, holder):
    said = [1, 0, "p-1", "3301", "Z.W.", 229]
    claims = {1: "HZ", 4: EPOCH + 86_400, 6: EPOCH, 7: number.to_bytes(8, "big")}
    if holder:
        point = holder.public_key().public_numbers()
        claims[8] = {1: {1: 2, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y % 2 == 1}}
    return claims | {-260: {-7: said}}


def proof(holder, protected, payload, signature, at):
    header = cbor2.dumps({1: -7, 15: {6: at}})
    tbs = cbor2.dumps(["CounterSignatureV2", protected, header, b"", payload, [signature]])
    return [header, {}, sign(holder, tbs)]


def make(count, folder):
    key, phone = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    key_id = kid(key)
    with open(f"{folder}/key.pem", "wb") as file:
        file.write(key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    with open(f"{folder}/dgc-key", "w") as file:
        print(key_id.hex(), point.hex(), file=file)
    with open(f"{folder}/now", "w") as file:
        file.write(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW)))
    with open(f"{folder}/certificates.txt", "w") as certificates, open(f"{folder}/passes.txt", "w") as passes, \
            open(f"{folder}/live.txt", "w") as live:
        for number in range(count):
            protected, payload, signature = envelope(key, key_id, certificate(number))
            print(text(protected, {}, payload, signature), file=certificates)
            protected, payload, signature = envelope(key, key_id, claims(number, None))
            print(text(protected, {}, payload, signature), file=passes)
            protected, payload, signature = envelope(key, key_id, claims(number, phone))
            countersignature = proof(phone, protected, payload, signature, NOW)
            print(text(protected, {11: countersignature}, payload, signature), file=live)


def check(list_file, key_file):
    import cwt

    with open(key_file) as file:
        pem = file.read()
    public = serialization.load_pem_public_key(pem.encode())
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    key = cwt.COSEKey.from_pem(pem, kid=digest.finalize()[:8])
    with open(list_file) as file:
        lines = file.read().splitlines()
    start = time.perf_counter()
    for line in lines:
        claims = cwt.decode(zlib.decompress(base45.b45decode(line[4:])), keys=key)
        assert -260 in claims
    print(f"{time.perf_counter() - start:.3f}")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), sys.argv[3])
    else:
        check(sys.argv[2], sys.argv[3])
