// Holds the schemas to the newest published version of DevRev's SDK, without
// changing the locked one: the package is installed into a temporary directory.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const dir = mkdtempSync(path.join(tmpdir(), 'sdk-'));
try {
  writeFileSync(path.join(dir, 'package.json'), '{"private": true}\n');
  execFileSync('npm', ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--no-fund', '--no-audit', '--silent', '@devrev/typescript-sdk@latest'], { cwd: dir, stdio: 'inherit' });
  execFileSync(process.execPath, [fileURLToPath(new URL('contract.mjs', import.meta.url)), path.join(dir, 'node_modules/@devrev/typescript-sdk')], { stdio: 'inherit' });
} catch (error) {
  process.exitCode = error.status ?? 1;
  if (error.status === undefined) throw error;
} finally {
  rmSync(dir, { recursive: true });
}
