// `@pathcheck/dcc-sdk` opens and verifies our passes, the live proof in them included, and refuses a changed one.
const fs = require('node:fs');
const assert = require('node:assert');
const crypto = require('node:crypto');
const sdk = require('@pathcheck/dcc-sdk');

const work = process.argv[2];
const read = (name) => fs.readFileSync(`${work}/${name}`, 'utf8').trim();

(async () => {
  const pem = read('keys/issuer/public.pem');
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const id = crypto.createHash('sha256').update(der).digest().subarray(0, 8).toString('base64');
  sdk.addCachedKeys({ [id]: der.toString('base64') });
  for (const name of ['paper.txt', 'live.txt']) {
    const text = read(name);
    const verified = await sdk.unpackAndVerify(text, pem);
    assert.strictEqual(verified.status, 'verified', `${name}: ${verified.status}`);
    assert.strictEqual(verified.contents.get(1), 'HZ');
    assert.strictEqual(verified.contents.get(-260).get(-7)[4], 'Z.W.');
    const bytes = Buffer.from(await sdk.unpack(text));
    bytes[bytes.length - 1] ^= 1;
    const changed = await sdk.unpackAndVerify(await sdk.pack(bytes), pem);
    assert.notStrictEqual(changed.status, 'verified', `${name}, changed`);
    console.log(`dcc-sdk verifies our ${name}, and not when a bit is changed`);
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
