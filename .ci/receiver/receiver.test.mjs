// record probe asks receivers that are not written in Go. RECORD names the command.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { receiver } from "./receiver.mjs";

const secret = "MDEyMzQ1Njc4OWFiY2RlZg==";

async function probe(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/hook`;
  const env = { ...process.env, RECEIVER_SECRET: secret };
  try {
    return await new Promise((resolve) => {
      execFile(process.env.RECORD ?? "record", ["probe", "devrev", url], { env }, (error, stdout, stderr) =>
        resolve({ status: error ? error.code : 0, stdout, stderr }),
      );
    });
  } finally {
    server.close();
  }
}

test("a sound receiver passes", async () => {
  const { status, stdout, stderr } = await probe(receiver(secret));
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^ok   devrev\/S09 /m);
});

test("one that signs what it has parsed does not", async () => {
  const { status, stdout } = await probe(receiver(secret, { reserialize: true }));
  assert.equal(status, 1);
  assert.match(stdout, /^FAIL devrev\/S08 /m);
  assert.match(stdout, /^FAIL devrev\/S09 /m);
});
