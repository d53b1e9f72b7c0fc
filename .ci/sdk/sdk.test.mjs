// DevRev's own TypeScript SDK against `record serve`: both forms of
// webhooks.get, the success and every documented error, and what the command
// says of a request without an answer. RECORD names the built command.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import sdk from '@devrev/typescript-sdk';

const record = process.env.RECORD;
assert.ok(record, 'set RECORD to the path of the built command');

const id = 'don:integration:dvrv-us-1:devo/example:webhook/webhook-id';
const token = 'webhooktest-token';

// The SDK sends the first with POST, the second with GET.
const calls = {
  webhooksGetPost: { method: 'POST', send: (api, id) => api.webhooksGetPost({ id }), successes: ['200', '200-minimal', '200-service_account'] },
  webhooksGet: { method: 'GET', send: (api, id) => api.webhooksGet({ id }), successes: ['200-get'] },
};

// scenarios lists the shipped scenarios of webhooks.get with their statuses.
function scenarios() {
  return JSON.parse(execFileSync(record, ['list', '--json', 'devrev/webhooks.get'], { encoding: 'utf8' })).scenarios
    .map(({ scenario, status }) => ({ name: scenario, variant: scenario.split('/')[1], status }));
}

// serve starts the server on a port of its choice, stops it after use, and
// returns its exit status and what it wrote on stderr.
async function serve(steps, use) {
  const server = spawn(record, ['serve', 'devrev', ...steps], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(server, 'exit');
  let stderr = '';
  server.stderr.on('data', (data) => { stderr += data; });
  try {
    const [first] = await Promise.race([once(createInterface({ input: server.stdout }), 'line'), exited]);
    const url = String(first).match(/^serving (http:\/\/127\.0\.0\.1:\d+)$/)?.[1];
    assert.ok(url, `no address, but ${first}: ${stderr}`);
    await use(url);
  } finally {
    server.kill('SIGINT');
  }
  const [status] = await exited;
  return { status, stderr };
}

for (const [name, call] of Object.entries(calls)) {
  test(`${name}: the success and every documented error`, { timeout: 60_000 }, async () => {
    const steps = scenarios().filter((s) => s.status !== 200 || call.successes.includes(s.variant));
    for (const status of [200, 400, 401, 403, 404, 429, 500, 503]) {
      assert.ok(steps.some((s) => s.status === status), `no scenario of status ${status}`);
    }
    let page;
    const end = await serve(steps.map((s) => s.name), async (endpoint) => {
      const api = sdk.client.setup({ endpoint, token });
      for (const step of steps) {
        if (step.status === 200) {
          const { status, data } = await call.send(api, id);
          assert.equal(status, 200, step.name);
          assert.equal(data.webhook.id, id, step.name);
          assert.ok(data.webhook.secret, step.name);
          continue;
        }
        await assert.rejects(call.send(api, id), (error) => {
          assert.equal(error.response?.status, step.status, step.name);
          if (step.variant === '404-route') {
            assert.equal(error.response.data.message, 'route not found');
          } else {
            assert.equal(typeof error.response.data.type, 'string', step.name);
          }
          if (step.status === 400) {
            assert.equal(error.response.data.type, step.variant.slice('400-'.length));
          }
          if (step.status === 429) {
            assert.equal(error.response.headers['retry-after'], '1');
          }
          return true;
        });
      }
      page = await (await fetch(`${endpoint}/-/requests`)).json();
    });
    assert.equal(page.version, 1);
    assert.deepEqual(
      page.requests.map((r) => [r.method, r.by?.name, r.status]),
      steps.map((s) => [call.method, s.name, s.status]),
    );
    assert.deepEqual(page.unused, []);
    assert.equal(JSON.stringify(page).includes(token), false, 'the page holds the token');
    assert.equal(end.status, 0, end.stderr);
  });

  test(`${name}: a request without an answer`, { timeout: 60_000 }, async () => {
    const end = await serve(['always:webhooks.get/200', 'always:webhooks.get/200-get'], async (endpoint) => {
      const api = sdk.client.setup({ endpoint, token });
      await call.send(api, id);
      await assert.rejects(call.send(api, 'another'), (error) => {
        assert.equal(error.response?.status, 502);
        assert.match(error.response.data, /have no answer for\n\t(POST|GET) https:\/\/api\.devrev\.ai\/webhooks\.get/);
        return true;
      });
    });
    assert.equal(end.status, 1);
    assert.match(end.stderr, /record: 1 request had no answer: 2, (POST|GET) https:\/\/api\.devrev\.ai\/webhooks\.get/);
  });
}
