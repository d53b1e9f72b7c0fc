// Cassettes and reports with markup in every place: it shows as text, and nothing runs.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { launch, open } from './browser.mjs';
import { run, serve } from './command.mjs';

const dir = mkdtempSync(join(tmpdir(), 'hostile-'));
let browser;
before(async () => { browser = await launch(); });
after(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true });
});

const payloads = {
  script: '<script>window.ran=1</script>',
  onerror: '<img src=x onerror=window.ran=1>',
  svg: '"><svg onload=window.ran=1>',
  'end of the script': '</script><script>window.ran=1</script>',
  'end of the list': '</pre></details></main><iframe srcdoc="<script>top.ran=1</script>"></iframe>',
  comment: '<!--<script>window.ran=1</script>',
  attribute: '\' onmouseover=window.ran=1 autofocus onfocus=window.ran=1 x="',
  javascript: 'javascript:window.ran=1',
  data: 'data:text/html,<script>window.ran=1</script>',
  style: '</style><style>*{display:none}</style>',
  template: '{{.}}${window.ran=1}',
};
const words = { word: 'harmless' };

// placed is a cassette with a text and the name of the place in each place that has
// one; places are those that a page shows.
const places = ['recorded', 'accepted', 'url', 'method', 'header name', 'header value', 'request member', 'request value', 'request text',
  'answer header name', 'answer header value', 'answer member', 'answer value', 'answer item', 'answer documented', 'answer text'];
function placed(text) {
  const at = (place) => `${text}@${place}`;
  const asked = (id, url, method, headers, body, answer) => ({
    id, request: { url: `https://api.devrev.ai/webhooks.get${url}`, method, headers, body, form: { [at('form')]: [at('form')] } },
    response: { code: 200, status: `200 ${at('status')}`, headers: { 'Content-Type': ['application/json'], [at('answer header name')]: [at('answer header value')] }, body: answer, trailer: { [at('trailer')]: [at('trailer')] } },
  });
  return JSON.stringify({
    webhooktest: { provider: 'devrev', scenario: at('scenario'), source: 'live', recorded: at('recorded'), accepted: [at('accepted')] },
    version: 2,
    interactions: [
      asked(0, `?${encodeURIComponent(at('url'))}`, 'POST', { [at('header name')]: [at('header value')] }, JSON.stringify({ [at('request member')]: at('request value') }),
        JSON.stringify({ webhook: { status: at('answer documented'), [at('answer member')]: at('answer value') }, list: [at('answer item')] })),
      asked(1, '', at('method'), {}, at('request text'), at('answer text')),
    ],
  });
}

const reported = ['provider', 'scenario', 'stored', 'rule', 'pointer', 'before', 'after', 'message', 'volatile pointer', 'volatile message', 'reason', 'outage'];
function check(text) {
  const at = (place) => `${text}@check ${place}`;
  return JSON.stringify({
    version: 1,
    reports: [{
      provider: at('provider'), scenario: at('scenario'), stored: at('stored'), worst: 'breaking',
      changes: [{ class: 'breaking', rule: at('rule'), pointer: at('pointer'), before: at('before'), after: at('after'), message: at('message') }],
      volatile: [{ pointer: at('volatile pointer'), message: at('volatile message') }],
    }],
    unchecked: [
      { provider: 'devrev', scenario: 'y', verdict: 'left out', reason: at('reason') },
      { provider: 'x', scenario: 'y', verdict: 'failed', reason: 'the tenant has an outage', message: at('outage') },
    ],
  });
}
const lint = (text) => JSON.stringify({ version: 1, files: 1, findings: [{ rule: `${text}@lint rule`, severity: 'error', file: text, place: text, message: text }] });

// reach moves over, clicks and focuses what there is, and returns what the document is
// made of.
async function reach(page) {
  await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
  await page.hover('h1');
  for (const e of await page.$$('summary, .place, .name')) await e.dispatchEvent('mouseover');
  return page.evaluate(() => {
    const made = {};
    for (const e of document.querySelectorAll('*')) {
      for (const name of [e.localName, ...[...e.attributes].map((a) => `@${a.name}`)]) made[name] = (made[name] ?? 0) + 1;
    }
    return { made, ran: window.ran, links: [...document.links].map((a) => a.protocol), text: document.body.textContent };
  });
}

test('in each place of a report', async (t) => {
  let plain;
  for (const [name, text] of [...Object.entries(words), ...Object.entries(payloads)]) {
    const files = { 'a.yaml': placed(text), 'check.json': check(text), 'lint.json': lint(text) };
    for (const [file, data] of Object.entries(files)) writeFileSync(join(dir, file), data);
    const html = join(dir, 'hostile.html');
    const { status, stderr } = await run(['report', '--html', html, '--check', join(dir, 'check.json'), '--lint', join(dir, 'lint.json'), join(dir, 'a.yaml')]);
    assert.equal(status, 0, stderr);
    const { page, seen, close } = await open(browser, pathToFileURL(html).href);
    const got = await reach(page);
    plain ??= got;
    assert.deepEqual(got.made, plain.made, name);
    assert.equal(got.ran, undefined, name);
    assert.deepEqual([...new Set(got.links)], ['file:'], name);
    assert.deepEqual(seen, { console: [], requests: [pathToFileURL(html).href], dialogs: 0 }, name);
    const hidden = [];
    for (const place of places) {
      const [at, shown] = place === 'url' ? [encodeURIComponent(`${text}@url`), got.text] : [`${text}@${place}`, got.text];
      // In a body a text stands as JSON writes it, and the name of a header as HTTP does.
      const spelt = [at, JSON.stringify(at).slice(1, -1), at.toLowerCase()];
      if (!spelt.some((s) => shown.includes(s) || shown.toLowerCase().includes(s))) hidden.push(place);
    }
    for (const place of reported) if (!got.text.includes(`${text}@check ${place}`)) hidden.push(`check ${place}`);
    if (!got.text.includes(`${text}@lint rule`)) hidden.push('lint rule');
    assert.deepEqual(hidden, [], `${name}: not shown as text`);
    t.diagnostic(`${name}: ${places.length + reported.length + 1} places, as text`);
    await close();
  }
});

test('in each place of a request to a server', async (t) => {
  let plain;
  for (const [name, text] of [...Object.entries(words), ...Object.entries(payloads)]) {
    const sub = join(dir, `live-${Object.keys(payloads).indexOf(name)}`);
    mkdirSync(sub);
    const step = join(sub, `${text.replaceAll('/', '')}.yaml`);
    writeFileSync(step, placed(text));
    const server = await serve(['devrev', step]);
    const { page, seen, close } = await open(browser, `${server.url}/-/`);
    const ask = (path, method, body, headers = {}) => fetch(server.url + path, { method, body, headers }).then((r) => r.text());
    await page.waitForFunction(() => document.querySelector('#state').textContent === 'No request yet.');
    await ask(`/webhooks.get?${encodeURIComponent(`${text}@url`)}`, 'POST', JSON.stringify({ [`${text}@request member`]: `${text}@other value` }), { 'Content-Type': 'application/json' });
    await ask(`/${encodeURIComponent(text)}@path`, 'GET');
    await ask('/webhooks.get', 'POST', `${text}@sent text`);
    await page.waitForFunction(() => document.querySelectorAll('#log > li').length === 3);
    const got = await reach(page);
    plain ??= got;
    assert.deepEqual(got.made, plain.made, name);
    assert.equal(got.ran, undefined, name);
    assert.deepEqual([...new Set(got.links)], ['http:'], name);
    assert.deepEqual(seen.console, [], name);
    assert.ok(seen.requests.every((r) => r.startsWith(`${server.url}/-/`)), seen.requests.join('\n'));
    for (const place of ['other value', 'sent text']) {
      const at = `${text}@${place}`;
      assert.ok([at, JSON.stringify(at).slice(1, -1)].some((s) => got.text.includes(s)), `${name}: ${place} is not shown as text`);
    }
    t.diagnostic(`${name}: in the step, the path, the query and the body`);
    await close();
    await server.stop();
  }
});
