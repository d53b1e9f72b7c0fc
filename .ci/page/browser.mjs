// A headless Chromium, and what a page must not do in it.
import assert from 'node:assert/strict';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// found is the path of the browser.
function found() {
  const runs = (path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  if (process.env.CHROMIUM) {
    assert.ok(runs(process.env.CHROMIUM), `CHROMIUM is ${JSON.stringify(process.env.CHROMIUM)}, which is no program; set it to the path of a Chromium or Chrome`);
    return process.env.CHROMIUM;
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  for (const name of names) {
    for (const dir of (process.env.PATH ?? '').split(delimiter)) {
      if (runs(join(dir, name))) return join(dir, name);
    }
  }
  throw new Error(`no browser: there is no ${names.join(', ')} on the path. Install one (on Debian: apt-get install chromium), or set CHROMIUM to the path of one`);
}

// launch starts the browser, with a profile of its own.
export function launch(...args) {
  return chromium.launch({
    executablePath: found(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...args],
  });
}

export const themes = ['light', 'dark'];
export const widths = [400, 1400];

// open opens a page that is watched: what its console says, what it asks the network
// for, and the dialogs that it opens.
export async function open(browser, url, { theme = 'light', width = 1400, ...options } = {}) {
  const context = await browser.newContext({ colorScheme: theme, viewport: { width, height: 900 }, ...options });
  const page = await context.newPage();
  const seen = { console: [], requests: [], dialogs: 0 };
  page.on('console', (m) => seen.console.push(`${m.type()}: ${m.text()}`));
  page.on('pageerror', (e) => seen.console.push(`error: ${e.message}`));
  page.on('request', (r) => seen.requests.push(r.url()));
  page.on('dialog', (d) => { seen.dialogs++; d.dismiss(); });
  await page.goto(url);
  return { page, seen, close: () => context.close() };
}

// accessible asks axe-core for violations of WCAG 2.2 AA, and of what is good practice
// beside it.
export async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html).join(' | ')}`), []);
}

// fits reports what is wider than the window, or cut off.
export async function fits(page) {
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    return [...document.querySelectorAll('body *')]
      .filter((e) => e.checkVisibility() && !e.closest('.wide') && !e.closest('.skip') && e.getBoundingClientRect().right > limit + 1)
      .map((e) => e.outerHTML.slice(0, 120));
  });
  assert.deepEqual(wide, [], 'wider than the window');
}
