// DevRev's TypeScript SDK against `record serve`: both forms of webhooks.get,
// the success and every documented error. RECORD names the built command.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import sdk from '@devrev/typescript-sdk';

const record = process.env.RECORD ?? '../../record';
const id = 'don:integration:dvrv-us-1:devo/example:webhook/webhook-id';

// scenarios lists the shipped scenarios of webhooks.get with their statuses.
function scenarios() {
  return execFileSync(record, ['list'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.match(/^devrev\/(webhooks\.get\/(\S+))\s.*?\s(\d{3})\s/))
    .filter(Boolean)
    .map(([, name, variant, status]) => ({ name, variant, status: Number(status) }));
}

// serve starts the server on a port of its choice and stops it after use.
async function serve(steps, use) {
  const server = spawn(record, ['serve', '--addr', '127.0.0.1:0', 'devrev', ...steps], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const url = line.match(/http:\/\/\S+/)[0];
  try {
    await use(url);
  } finally {
    server.kill('SIGINT');
  }
  const [code] = await exited;
  assert.equal(code, 0, 'serve reports a request without an answer');
}

const calls = {
  webhooksGetPost: (api) => api.webhooksGetPost({ id }),
  webhooksGet: (api) => api.webhooksGet({ id }),
};

for (const [name, call] of Object.entries(calls)) {
  test(`${name}: the success and every documented error`, async () => {
    const success = name === 'webhooksGet' ? ['200-get'] : ['200', '200-minimal', '200-service_account'];
    const steps = scenarios().filter((s) => s.status !== 200 || success.includes(s.variant));
    assert.ok(steps.length > 15, `too few scenarios: ${steps.length}`);
    await serve(steps.map((s) => s.name), async (endpoint) => {
      const api = sdk.client.setup({ endpoint, token: 'webhooktest-token' });
      for (const step of steps) {
        if (step.status === 200) {
          const { status, data } = await call(api);
          assert.equal(status, 200, step.name);
          assert.equal(data.webhook.id, id, step.name);
          assert.ok(data.webhook.secret, step.name);
          continue;
        }
        await assert.rejects(call(api), (error) => {
          assert.equal(error.response?.status, step.status, step.name);
          if (step.variant === '404-route') {
            assert.equal(error.response.data.message, 'route not found');
          } else {
            assert.equal(typeof error.response.data.type, 'string', step.name);
          }
          if (step.status === 429) {
            assert.equal(error.response.headers['retry-after'], '1');
          }
          return true;
        });
      }
    });
  });
}
