// The page of record report --html, in a browser, from the file system.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { accessible, fits, launch, open, themes, widths } from './browser.mjs';
import { credential, drift, run, serve } from './command.mjs';

const dir = mkdtempSync(join(tmpdir(), 'page-'));
const file = (name) => join(dir, name);
const url = (name) => pathToFileURL(file(name)).href;
let browser, scenarios;

// report writes a page.
async function report(name, ...args) {
  const { status, stderr } = await run(['report', '--html', file(name), ...args]);
  assert.equal(status, 0, stderr);
}

// drifted is the report of a check against a tenant that drifts, and then has an outage.
async function drifted() {
  const tenant = await serve(['--simulate', '--seed-webhooks', '2', 'devrev']);
  const list = await fetch(`${tenant.url}/webhooks.list`, {
    method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json', Authorization: 'Bearer webhooktest-token' },
  });
  const { id } = (await list.json()).webhooks[0];
  let away = false;
  const proxy = await drift(tenant.url, (asked, answer) => {
    away ||= answer.status === 404;
    if (away) return { ...answer, status: 503, headers: { 'Content-Type': 'text/html' }, body: '<h1>Unavailable</h1>' };
    if (answer.status !== 200 || !asked.includes('"id"')) return answer;
    const body = JSON.parse(answer.body);
    body.webhook.status = 7;
    delete body.webhook.url;
    body.webhook.retries = 3;
    return { ...answer, body: JSON.stringify(body) };
  });
  const check = await run(
    ['check', '--json', '--max-wait', '1s', 'devrev/webhooks.get/200', 'devrev/webhooks.get/400-invalid_id', 'devrev/webhooks.get/404', 'devrev/webhooks.list/200', 'devrev/webhooks.get/429'],
    { DEVREV_TOKEN: credential, DEVREV_BASE_URL: proxy.url, DEVREV_WEBHOOK_ID: id });
  proxy.stop();
  await tenant.stop();
  return check.stdout;
}

before(async () => {
  scenarios = JSON.parse((await run(['list', '--json'])).stdout).scenarios.filter((s) => s.source);
  writeFileSync(file('check.json'), await drifted());
  writeFileSync(file('bad.yaml'), `version: 2
interactions:
  - id: 0
    request: {url: "https://api.example.com/x?api_key=Vb5Rt2LmXw9QpZ7aK3nTdE", method: GET, body: "", headers: {accept: ["*/*"]}}
    response: {code: 200, status: 200 OK, body: '{"password":"Tr0ub4dor&3"}', headers: {Content-Type: [application/json]}}
`);
  writeFileSync(file('lint.json'), (await run(['lint', '--json', file('bad.yaml')])).stdout);
  await report('all.html');
  await report('drift.html', '--check', file('check.json'), '--lint', file('lint.json'), 'devrev');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true });
});

test('each view, in both themes and widths', async (t) => {
  const views = {
    'all scenarios': ['all.html', () => {}],
    'all scenarios, some open': ['all.html', () => { for (const d of [...document.querySelectorAll('details')].filter((_, i) => i % 9 === 0)) d.open = true; }],
    'drift and lint': ['drift.html', () => {}],
    'nothing found': ['all.html', () => { const f = document.querySelector('#filter'); f.value = 'no such thing'; f.dispatchEvent(new Event('input')); }],
  };
  for (const [name, [page, act]] of Object.entries(views)) {
    for (const theme of themes) {
      for (const width of widths) {
        const view = await open(browser, url(page), { theme, width });
        await view.page.evaluate(act);
        await fits(view.page);
        await accessible(view.page);
        const dark = await view.page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((c) => c < 60));
        assert.equal(dark, theme === 'dark');
        assert.deepEqual(view.seen, { console: [], requests: [url(page)], dialogs: 0 });
        t.diagnostic(`${name}, ${theme}, ${width} px: fits, accessible, no console, no network`);
        await view.close();
      }
    }
  }
});

test('all shipped scenarios in 1 MB', () => {
  assert.ok(statSync(file('all.html')).size < 1 << 20);
});

test('the script and the style are the only ones that run', async () => {
  const { page, seen, close } = await open(browser, url('all.html'));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    document.body.setAttribute('style', 'display: none');
    document.body.setAttribute('onclick', 'window.ran = true');
    document.body.click();
    new Image().src = 'https://example.com/x.png';
  });
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).display), 'none');
  assert.ok(seen.console.length >= 4 && seen.console.every((m) => m.includes('Content Security Policy')), seen.console.join('\n'));
  await close();
});

// shown are the names of the scenarios that the filter lets through.
const shown = (page) => page.$$eval('.cassette:not([hidden]) .name', (all) => all.map((e) => e.textContent));

test('each cell of the coverage leads to its scenarios', async (t) => {
  const { page, close } = await open(browser, url('all.html'));
  const routed = scenarios.filter((s) => !s.scenario.endsWith('404-route')); // asks for no operation
  let cells = 0, led = 0;
  for (const table of await page.$$('.matrix')) {
    const title = await table.evaluate((e) => e.closest('div').previousElementSibling.firstChild.textContent.trim());
    const provider = title === 'DevRev' ? 'devrev' : 'dvelop';
    const statuses = await table.$$eval('thead th', (all) => all.slice(1).map((e) => e.textContent));
    for (const row of await table.$$('tbody tr')) {
      const operation = await row.$eval('th', (e) => e.textContent);
      for (const [i, cell] of (await row.$$('td')).entries()) {
        cells++;
        const want = routed.filter((s) => s.provider === provider && s.operation === operation && String(s.status) === statuses[i]).map((s) => `${provider}/${s.scenario}`);
        const link = await cell.$('a');
        assert.equal(link ? (await link.textContent()).replace('*', '') : '0', String(want.length), `${operation} ${statuses[i]}`);
        if (!link) continue;
        await link.focus();
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.activeElement.matches('summary'));
        assert.deepEqual(await shown(page), want);
        const first = await page.evaluate(() => ({ name: document.activeElement.querySelector('.name').textContent, open: document.activeElement.parentElement.open }));
        assert.deepEqual(first, { name: want[0], open: true });
        assert.equal(await page.textContent('#found'), `${want.length} of ${scenarios.length}`);
        led += want.length;
      }
    }
  }
  assert.equal(led, routed.length, 'each scenario has a cell');
  t.diagnostic(`${cells} cells, which lead to ${led} scenarios`);
  await page.click('#clear');
  assert.equal((await shown(page)).length, scenarios.length);
  await close();
});

test('the filter', async (t) => {
  const { page, close } = await open(browser, url('all.html'));
  for (const s of scenarios) {
    await page.fill('#filter', `${s.provider}/${s.scenario}`);
    assert.ok((await shown(page)).includes(`${s.provider}/${s.scenario}`));
  }
  const statuses = [...new Set(scenarios.map((s) => s.status))];
  await page.fill('#filter', '');
  for (const status of statuses) {
    await page.selectOption('#code', String(status));
    const names = await shown(page);
    for (const s of scenarios.filter((s) => s.status === status)) assert.ok(names.includes(`${s.provider}/${s.scenario}`), s.scenario);
    const wrong = await page.$$eval('.cassette:not([hidden])', (all, status) => all.filter((c) => ![...c.querySelectorAll('summary .status')].some((e) => e.textContent === status)).length, String(status));
    assert.equal(wrong, 0);
  }
  await page.fill('#filter', 'WEBHOOKS.list  not_found');
  await page.selectOption('#code', '200');
  assert.deepEqual(await shown(page), []);
  assert.ok(await page.isVisible('#none'));
  await page.click('#clear');
  assert.equal((await shown(page)).length, scenarios.length);
  assert.ok(!(await page.isVisible('#none')));
  assert.equal(await page.inputValue('#code'), '');
  await page.check('#noted');
  const noted = await page.$$eval('.cassette:not([hidden])', (all) => all.map((c) => c.querySelectorAll('.note').length));
  assert.ok(noted.length > 0 && noted.every((n) => n > 0), `notes: ${noted}`);
  t.diagnostic(`${scenarios.length} names, ${statuses.length} statuses, ${noted.length} with notes`);
  await close();
});

test('copy as curl gives what record show --curl writes', async (t) => {
  const { stdout } = await run(['show', '--curl', 'devrev', 'dvelop']);
  const want = stdout.trimEnd().split('\n').filter((line) => !line.startsWith('# '));
  const { page, close } = await open(browser, url('all.html'), { permissions: ['clipboard-read', 'clipboard-write'] });
  const got = [];
  for (const c of await page.$$('.cassette')) {
    await c.evaluate((e) => { e.open = true; });
    for (const button of await c.$$('.copy')) {
      await button.click();
      await page.waitForFunction((e) => e.textContent === 'Copied', button);
      got.push(await page.evaluate(() => navigator.clipboard.readText()));
    }
    await c.evaluate((e) => { e.open = false; });
  }
  assert.deepEqual(got, want);
  t.diagnostic(`${got.length} commands`);
  await close();
});

test('copy as curl where the browser refuses the clipboard', async () => {
  const { page, close } = await open(browser, url('all.html'));
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); document.querySelector('.cassette').open = true; });
  await page.click('.copy');
  await page.waitForFunction(() => document.querySelector('.copy').textContent !== 'Copy as curl');
  assert.equal(await page.evaluate(() => getSelection().toString()), await page.textContent('.curl'));
  await close();
});

test('the keyboard reaches everything, in order, and shows where it is', async (t) => {
  for (const theme of themes) {
    for (const width of widths) {
      const { page, close } = await open(browser, url('drift.html'), { theme, width });
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
      assert.ok(await page.evaluate(() => document.activeElement.getBoundingClientRect().left >= 0), 'the skip link shows when it has the focus');
      const want = await page.$$eval('a[href], button, input, select, summary, [tabindex="0"]', (all) => all.filter((e) => e.checkVisibility()).length);
      let stops = 1;
      for (; ; stops++) {
        const last = await page.evaluateHandle(() => document.activeElement);
        await page.keyboard.press('Tab');
        const at = await page.evaluate((last) => {
          const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
          return {
            end: e === document.body || e.className === 'skip', what: e.outerHTML.slice(0, 100),
            order: Boolean(last.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
            marked: style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2,
            inside: box.top >= -1 && box.bottom <= innerHeight + 1 || box.height > innerHeight,
          };
        }, last);
        if (at.end) break;
        assert.ok(at.order && at.marked && at.inside, JSON.stringify(at));
      }
      assert.equal(stops, want);
      await page.keyboard.press('/');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'filter');
      await page.keyboard.type('a/b');
      assert.equal(await page.inputValue('#filter'), 'a/b');
      await page.keyboard.press('Escape');
      assert.equal(await page.inputValue('#filter'), '');
      await page.focus('.cassette summary');
      await page.keyboard.press('Enter');
      assert.ok(await page.$eval('.cassette', (e) => e.open));
      t.diagnostic(`${theme}, ${width} px: ${stops} stops`);
      await close();
    }
  }
});

test('in print', async () => {
  const { page, close } = await open(browser, url('drift.html'), { theme: 'dark' });
  const folded = await page.$$eval('details:not([open])', (all) => all.length);
  assert.ok(folded > 50);
  await page.evaluate(() => addEventListener('beforeprint', () => { window.left = document.querySelectorAll('details:not([open])').length; }));
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok((pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? []).length > 5, 'all scenarios are printed');
  assert.equal(await page.evaluate(() => window.left), 0);
  assert.equal(await page.$$eval('details:not([open])', (all) => all.length), folded, 'and folded again');
  await page.setViewportSize({ width: 700, height: 900 });
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
  await fits(page);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  for (const selector of ['#find', '.copy', 'nav', '.skip']) assert.ok(!(await page.isVisible(selector)), selector);
  await close();
});

test('drift: the breaking first, before and after, outages apart; lint by rule; what nothing shows', async () => {
  const { page, close } = await open(browser, url('drift.html'));
  const changes = await page.$$eval('#drift ~ article li', (all) => all.map((e) => ({
    class: e.querySelector('.badge').textContent, place: e.querySelector('.place').textContent,
    before: e.querySelector('del')?.textContent, after: e.querySelector('ins')?.textContent,
  })));
  assert.deepEqual(changes.slice(0, 3), [
    { class: 'breaking', place: '/webhook/status', before: '"active"', after: 'a number' },
    { class: 'breaking', place: '/webhook/url', before: 'a string', after: 'absent' },
    { class: 'additive', place: '/webhook/retries', before: 'absent', after: 'a number' },
  ]);
  await page.click('#drift ~ article h3 a');
  await page.waitForFunction(() => document.activeElement.textContent.includes('devrev/webhooks.get/200'));
  const section = (id) => page.$eval(id, (e) => e.parentElement.innerText);
  const text = await section('#drift');
  assert.match(text, /Not checked, because of an outage[^]*the tenant answers 503[^]*devrev webhooks\.get\/404/);
  assert.match(text, /1 scenario with drift, 1 without, 2 not checked because of an outage/);
  await page.click('#drift ~ details summary');
  assert.match(await section('#drift'), /never exhausted on purpose: devrev webhooks\.get\/429/);
  assert.match(await section('#lint'), /judged 1 file: 2 errors[^]*2 errors secret-name in 1 file/);
  await page.click('#coverage ~ details summary');
  assert.match(await section('#coverage'), /webhooks\.\w+ \d+\n[^]*is never /);
  assert.match(await section('#origin'), /DevRev: none live, \d+ simulated[^]*don:integration:[^ ]+: the id, from DEVREV_WEBHOOK_ID/);
  await close();
});

test('placeholders and notes stand beside their member', async () => {
  writeFileSync(file('note.yaml'), `webhooktest: {provider: devrev, scenario: webhooks.get/200, source: live, recorded: "2026-01-02"}
version: 2
interactions:
  - id: 0
    request: {url: "https://api.devrev.ai/webhooks.get", method: POST, body: '{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}', headers: {Accept: [application/json], Content-Type: [application/json]}}
    response: {code: 200, status: 200 OK, body: '{"webhook":{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id","status":7,"retries":1}}', headers: {Content-Type: [application/json]}}
`);
  await report('note.html', file('note.yaml'));
  const { page, close } = await open(browser, `${url('note.html')}#c0`);
  const lines = (await page.$eval('.exchange > div:nth-child(2) pre:last-of-type', (e) => e.innerText)).split('\n').filter(Boolean);
  const after = (start) => lines[lines.findIndex((l) => l.includes(start)) + 1];
  assert.match(lines.find((l) => l.includes('"id"')), /webhook-id",? id$/);
  assert.match(after('"status": 7'), /string/);
  assert.match(after('"retries"'), /not.*(document|describe)/);
  assert.ok(await page.isVisible('summary >> text=live, recorded 2026-01-02'));
  await close();
});
