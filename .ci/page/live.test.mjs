// The page of record serve at /-/, in a browser.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { accessible, fits, launch, open, themes, widths } from './browser.mjs';
import { serve } from './command.mjs';

let browser;
before(async () => { browser = await launch('--host-resolver-rules=MAP evil.example 127.0.0.1'); });
after(() => browser?.close());

const id = 'don:integration:dvrv-us-1:devo/example:webhook/webhook-id';
const ask = async (server, path, body) => {
  const answer = await fetch(server.url + path, {
    method: 'POST', body: JSON.stringify(body), headers: { Accept: 'application/json', 'Content-Type': 'application/json', Authorization: 'Bearer any' },
  });
  await answer.text();
  return answer.status;
};
const state = (page, text) => page.waitForFunction((text) => document.querySelector('#state').textContent.startsWith(text), text);

test('requests appear as they come, and a miss beside its nearest exchange', async (t) => {
  for (const theme of themes) {
    for (const width of widths) {
      const server = await serve(['devrev', 'webhooks.get/429', 'webhooks.get/200', 'always:webhooks.list/200']);
      const { page, seen, close } = await open(browser, `${server.url}/-/`, { theme, width });
      await state(page, 'No request yet.');

      assert.equal(await ask(server, '/webhooks.get', { id }), 429);
      await state(page, '1 request: 1 answered');
      assert.match(await page.innerText('#log > li'), /^1 answered ?POST https:\/\/api\.devrev\.ai\/webhooks\.get 429 by step 1, webhooks\.get\/429$/);
      assert.deepEqual(await page.$$eval('#steps .used', (all) => all.map((e) => e.textContent)), ['used 1 ×', 'unused', 'unused']);

      // Each kind of miss, with the differences marked.
      const misses = [
        ['/webhooks.get', { id: 'webhook-id', extra: 1 }, 'same method and URL, but the body differs', [['/extra', null, '1'], ['/id', `"${id}"`, '"webhook-id"']]],
        ['/webhooks.gt', {}, 'the URL differs', [['URL', 'https://api.devrev.ai/webhooks.get', 'https://api.devrev.ai/webhooks.gt']]],
        ['/webhooks.get?limit=1', { id }, 'the URL differs', [['?limit', null, '"1"']]],
      ];
      for (const [i, [path, body, why, want]] of misses.entries()) {
        assert.equal(await ask(server, path, body), 502);
        await state(page, `${i + 2} requests: 1 answered, ${i + 1} without an answer`);
        const item = await page.$('#log > li');
        assert.match(await (await item.$('p')).innerText(), new RegExp(`^Nearest is step \\d, [\\w./:]+: ${why}$`));
        const marked = await item.$$eval('tbody tr', (rows) => rows.map((r) => [r.querySelector('th').innerText, r.querySelector('del')?.innerText ?? null, r.querySelector('ins')?.innerText ?? null]));
        assert.deepEqual(marked, want);
      }
      await page.click('#log > li p a');
      await page.waitForFunction(() => document.activeElement.matches('.cassette > summary') && document.activeElement.parentElement.open);

      await fits(page);
      await accessible(page);
      await page.click('#reset');
      await state(page, 'No request yet.');
      assert.deepEqual(await page.$$eval('#steps .used', (all) => all.map((e) => e.textContent)), ['unused', 'unused', 'unused']);
      assert.equal(await ask(server, '/webhooks.get', { id }), 429);
      await state(page, '1 request: 1 answered');
      assert.deepEqual(seen.console, []);
      assert.ok(seen.requests.every((r) => r.startsWith(`${server.url}/-/`)), seen.requests.join('\n'));
      t.diagnostic(`${theme}, ${width} px: 1 answer, ${misses.length} kinds of misses, reset`);
      await close();
      await server.stop();
    }
  }
});

test('a page that is opened later shows what was asked before', async () => {
  const server = await serve(['devrev', 'always:webhooks.get/200']);
  await ask(server, '/webhooks.get', { id });
  await ask(server, '/webhooks.gt', {});
  const { page, close } = await open(browser, `${server.url}/-/`);
  await state(page, '2 requests: 1 answered, 1 without an answer');
  await close();
  await server.stop();
});

test('it connects again when the server has been restarted', async () => {
  const first = await serve(['devrev', 'always:webhooks.get/200']);
  const { page, close } = await open(browser, `${first.url}/-/`);
  await ask(first, '/webhooks.get', { id });
  await state(page, '1 request: 1 answered');
  await first.stop();
  await state(page, 'The server does not answer.');
  const second = await serve(['--addr', new URL(first.url).host, 'devrev', 'always:webhooks.get/200']);
  await state(page, 'No request yet.');
  assert.equal(await page.$$eval('#log > li', (all) => all.length), 0);
  await ask(second, '/webhooks.get', { id });
  await state(page, '1 request: 1 answered');
  await close();
  await second.stop();
});

test('1,000 requests stay usable: the list is bounded, and keeps what failed', async (t) => {
  const server = await serve(['--quiet', 'devrev', 'always:webhooks.get/200']);
  const { page, close } = await open(browser, `${server.url}/-/`);
  await state(page, 'No request yet.');
  await ask(server, '/webhooks.gt', {});
  for (let n = 1; n < 1000; n += 27) await Promise.all(Array.from({ length: 27 }, () => ask(server, '/webhooks.get', { id })));
  await state(page, '1000 requests: 999 answered, 1 without an answer');
  const listed = await page.$$('#log > li');
  assert.equal(listed.length, 200);
  assert.match(await page.innerText('#state'), /the last 200 are listed$/);
  assert.match(await page.innerText('#log > li:last-child'), /^1 missed/);
  const texts = await page.$$eval('#log > li', (all) => all.map((e) => Number(e.innerText.match(/^\d+/)[0])));
  assert.deepEqual(texts, [...texts].sort((a, b) => b - a));
  await page.reload();
  await state(page, '1000 requests: 999 answered, 1 without an answer');
  assert.equal((await page.$$('#log > li')).length, 200);
  await page.click('#reset');
  await state(page, 'No request yet.');
  t.diagnostic(`${texts.length} of 1,000 are listed`);
  await close();
  await server.stop();
});

test('a name that is made to lead here reads nothing, and a page of another origin changes nothing', async () => {
  const server = await serve(['devrev', 'always:webhooks.get/200']);
  const context = await browser.newContext();
  const page = await context.newPage();
  const answer = await page.goto(`http://evil.example:${new URL(server.url).port}/-/`);
  assert.equal(answer.status(), 421);

  const other = createServer((_, res) => { res.setHeader('Content-Type', 'text/html'); res.end('<title>other</title>'); }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  await ask(server, '/webhooks.get', { id });
  await page.goto(`http://127.0.0.1:${other.address().port}/`);
  await page.evaluate((url) => fetch(`${url}/-/reset`, { method: 'POST', mode: 'no-cors' }), server.url);
  const framed = await page.evaluate((url) => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.onload = () => resolve(frame.contentDocument === null); // an error page is of another origin
    frame.src = `${url}/-/`;
    document.body.append(frame);
  }), server.url);
  assert.ok(framed);
  assert.equal(await page.frames()[1].evaluate(() => document.querySelector('#live')), null, 'it shows in no frame');
  const log = await (await fetch(`${server.url}/-/requests`)).json();
  assert.equal(log.asked, 1, 'the reset was refused');
  other.close();
  await context.close();
  await server.stop();
});

test('the policy of the page is sent as a header as well', async () => {
  const server = await serve(['devrev', 'webhooks.get/200']);
  const answer = await fetch(`${server.url}/-/`);
  const page = await answer.text();
  const policy = answer.headers.get('content-security-policy');
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; connect-src 'self'; frame-ancestors 'none'$/);
  assert.ok(page.includes('http-equiv="Content-Security-Policy"'));
  await server.stop();
});
