// The built command, which RECORD names, and a tenant that drifts.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const command = process.env.RECORD;
assert.ok(command, 'set RECORD to the path of the built command');

// run runs the command to its end.
export function run(args, env = {}) {
  return new Promise((resolve) => {
    execFile(command, args, { env: { ...process.env, ...env }, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout, stderr }));
  });
}

// serve starts a server; stop ends it and returns its exit status.
export async function serve(args) {
  const server = spawn(command, ['serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(server, 'exit');
  let stderr = '';
  server.stderr.on('data', (data) => { stderr += data; });
  const [first] = await Promise.race([once(createInterface({ input: server.stdout }), 'line'), exited]);
  const url = String(first).match(/^serving (http:\/\/127\.0\.0\.1:\d+)$/)?.[1];
  assert.ok(url, `no address, but ${first}: ${stderr}`);
  return {
    url,
    async stop() {
      server.kill('SIGINT');
      const [status] = await exited;
      return { status, stderr };
    },
  };
}

// credential is the one of a drifting tenant; the one of record serve --simulate is
// a placeholder, which no recording takes for a tenant's.
export const credential = 'pK7xQ2mVr9TzBw4L';

// drift stands before a server of record serve --simulate and changes its answers:
// change gets the request's body and the answer, and returns another answer.
export async function drift(target, change) {
  const proxy = createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const { host, connection, ...headers } = req.headers;
    const asked = Buffer.concat(chunks).toString();
    if (headers.authorization === `Bearer ${credential}`) headers.authorization = 'Bearer webhooktest-token';
    const answer = await fetch(target + req.url, { method: req.method, headers, body: asked || undefined, redirect: 'manual' });
    const kept = Object.fromEntries([...answer.headers].filter(([name]) => !['content-length', 'connection', 'transfer-encoding', 'date'].includes(name)));
    const changed = change(asked, { status: answer.status, headers: kept, body: await answer.text() });
    res.writeHead(changed.status, changed.headers);
    res.end(changed.body);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return { url: `http://127.0.0.1:${proxy.address().port}`, stop: () => proxy.close() };
}
