// The check of the schemas finds what it is there for: each change of a schema is
// reported, and nothing is reported of the schemas as they are but what the list
// of known differences has.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compare, judge } from './compare.mjs';
import { print, write } from './events.mjs';
import { Schemas } from './schemas.mjs';
import { readTypes } from './types.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const shipped = here('../../schemas/devrev');
const types = readTypes(here('node_modules/@devrev/typescript-sdk'));
const known = JSON.parse(readFileSync(here('known.json'), 'utf8'));
const usual = compare(types, new Schemas(shipped));
const text = (d) => `${d.difference} ${d.types} ${d.schema} ${d.says}`;

// Copy serves schemas from memory, one of them changed.
class Copy extends Schemas {
  constructor(changed, schema) {
    super(shipped);
    this.files.set(changed, schema);
  }
}

const files = new Map(readdirSync(shipped).map((name) => [name, readFileSync(path.join(shipped, name), 'utf8')]));

// news are the differences that a change of a file makes.
function news(file, schema) {
  const before = new Set(usual.map(text));
  return compare(types, new Copy(file, schema)).filter((d) => !before.has(text(d)));
}

// walk visits every schema in a file, with its pointer.
function walk(schema, pointer, visit) {
  visit(schema, pointer);
  for (const keyword of ['properties', '$defs']) {
    for (const [name, inner] of Object.entries(schema[keyword] ?? {})) walk(inner, `${pointer}/${keyword}/${name}`, visit);
  }
  for (const keyword of ['items', 'then']) if (schema[keyword]) walk(schema[keyword], `${pointer}/${keyword}`, visit);
  if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${pointer}/additionalProperties`, visit);
  for (const [i, inner] of (schema.allOf ?? []).entries()) walk(inner, `${pointer}/allOf/${i}`, visit);
}

// changes are the ways to make one schema wrong, each with what must be reported:
// the kind of the difference and the word that it is about.
function* changes(schema) {
  for (const name of Object.keys(schema.properties ?? {})) {
    const others = Object.fromEntries(Object.entries(schema.properties).filter(([other]) => other !== name));
    yield [`without the member ${name}`, { ...schema, properties: others }, 'member', name];
    const required = schema.required ?? [];
    const flipped = required.includes(name) ? required.filter((other) => other !== name) : [...required, name];
    yield [`with ${name} ${required.includes(name) ? 'optional' : 'required'}`, { ...schema, required: flipped }, 'required', name];
  }
  if (schema.properties) yield ['with one member more', { ...schema, properties: { ...schema.properties, one_more: { type: 'boolean' } } }, 'member', 'one_more'];
  for (const word of schema.enum ?? []) yield [`without the value ${word}`, { ...schema, enum: schema.enum.filter((other) => other !== word) }, 'enum', word];
  if (schema.enum) yield ['with one value more', { ...schema, enum: [...schema.enum, 'one_more'] }, 'enum', 'one_more'];
  if (schema.const) yield ['with another value', { ...schema, const: 'one_more' }, 'enum', 'one_more'];
  if (typeof schema.type === 'string') yield ['of another type', { ...schema, type: schema.type === 'boolean' ? 'integer' : 'boolean' }, 'type', ''];
  for (const limit of ['maxItems', 'maxLength', 'minimum']) if (limit in schema) yield [`with another ${limit}`, { ...schema, [limit]: schema[limit] + 1024 }, 'limit', limit];
}

// replaced is a file with another schema at a pointer.
function replaced(source, pointer, schema) {
  if (pointer === '') return { ...schema };
  const whole = JSON.parse(source);
  const steps = pointer.slice(1).split('/');
  const last = steps.pop();
  steps.reduce((s, step) => s[step], whole)[last] = schema;
  return whole;
}

for (const [file, source] of files) {
  test(`every change of ${file} is reported`, { timeout: 600_000 }, (t) => {
    const original = new Schemas(shipped);
    let count = 0;
    let tried = 0;
    const unseen = [];
    walk(JSON.parse(source), '', (schema, pointer) => {
      for (const [what, changed, difference, word] of changes(schema)) {
        if (difference === 'required' && changed.required.length > (schema.required ?? []).length && original.shape(schema, file, pointer).required.has(word)) {
          continue; // what another part of the schema requires anyway
        }
        // The payloads of events have thousands; each thirty-first stands for the
        // rest, unless WHOLE is set.
        count++;
        if (file === 'events.json' && count % 31 !== 0 && !process.env.WHOLE) continue;
        tried++;
        const found = news(file, replaced(source, pointer, changed));
        const right = found.filter((d) => d.difference === difference && d.says.includes(word));
        if (right.length === 0) unseen.push(`${file}#${pointer} ${what}: ${found.map(text).join('; ') || 'nothing'}`);
        for (const d of found) assert.ok(d.types && d.at && d.schema && d.says, `a difference lacks a place: ${text(d)}`);
      }
    });
    assert.deepEqual(unseen, []);
    assert.ok(tried > 0, 'no change was tried');
    t.diagnostic(`${tried} changes reported`);
  });
}

test('the schemas as they are', () => {
  assert.deepEqual(judge(usual, known), { news: [], faults: [] });
});

test('the list of known differences', () => {
  const entry = { difference: 'member', types: 'Webhook', schema: 'schemas/devrev/types.json#', says: 'the schema has the member x, the types do not', reason: 'why' };
  assert.deepEqual(judge([entry], [entry]), { news: [], faults: [] });
  assert.deepEqual(judge([entry], []).news, [entry]);
  assert.match(judge([], [entry]).faults[0], /no difference answers to entry 0/);
  assert.match(judge([entry], [{ ...entry, reason: '' }]).faults[0], /entry 0 gives no reason/);
});

// A move of the vendor: the types of the installed SDK, changed in a copy.
test('every change of the types is reported', () => {
  const sdk = mkdtempSync(path.join(tmpdir(), 'sdk-'));
  try {
    const installed = here('node_modules/@devrev/typescript-sdk');
    const declarations = 'dist/auto-generated/public-devrev-sdk.d.ts';
    cpSync(path.join(installed, 'package.json'), path.join(sdk, 'package.json'));
    cpSync(path.join(installed, declarations), path.join(sdk, declarations));
    const source = readFileSync(path.join(sdk, declarations), 'utf8');
    const moves = [
      ['a member more', 'export type Webhook = AtomBase & {', 'export type Webhook = AtomBase & { region?: string;', 'member', 'region'],
      ['a member gone', '    headers?: WebhookHeader[];\n    /**\n     * The secret to use for', '    /**\n     * The secret to use for', 'member', 'headers'],
      ['required', 'export interface WebhookEventRequest {\n    /** The event types that the webhook will receive. */\n    type?:', 'export interface WebhookEventRequest {\n    type:', 'required', 'type'],
      ['a value more', '    ArtifactCreated = "artifact_created",\n    ArtifactDeleted = "artifact_deleted",\n    ArtifactUpdated = "artifact_updated",\n    ConversationCreated', '    ArtifactCreated = "artifact_created",\n    ArtifactDeleted = "artifact_deleted",\n    ArtifactUpdated = "artifact_updated",\n    ArtifactMoved = "artifact_moved",\n    ConversationCreated', 'enum', 'artifact_moved'],
      ['an error more', '    InvalidContentType = "invalid_content_type",', '    InvalidContentType = "invalid_content_type",\n    InvalidCharset = "invalid_charset",', 'enum', 'invalid_charset'],
      ['an operation more', '    webhooksCreate: (data', '    /**\n     * @request POST:/webhooks.fetch\n     */\n    webhooksFetch: (data: WebhooksGetRequest, params?: RequestParams) => Promise<AxiosResponse<object, any, {}>>;\n    /**\n     * @request POST:/webhooks.create\n     */\n    webhooksCreate: (data', 'file', 'webhooks.fetch'],
      ['a payload more', '    workflow_created?: EventWorkflowCreated;', '    workflow_created?: EventWorkflowCreated;\n    workflow_moved?: EventWorkflowCreated;', 'member', 'workflow_moved'],
      ['another type', '    /**\n     * The maximum allowed depth for the hierarchy.\n     * @format int32\n     */\n    max_depth?: number;', '    max_depth?: string;', 'type', ''],
    ];
    for (const [what, from, to, difference, word] of moves) {
      assert.ok(source.includes(from), `${what}: the declarations do not have the text to change`);
      writeFileSync(path.join(sdk, declarations), source.replace(from, to));
      const { news: found } = judge(compare(readTypes(sdk), new Schemas(shipped)), known);
      assert.ok(found.some((d) => d.difference === difference && d.says.includes(word)), `${what}: ${found.map(text).join('; ') || 'nothing'}`);
    }
  } finally {
    rmSync(sdk, { recursive: true });
  }
});

test('what is not understood stops the check', () => {
  assert.throws(() => compare(types, new Copy('error.403.json', { type: 'object', anyOf: [] })), /the keyword anyOf is not understood/);
  assert.throws(() => compare(types, new Copy('error.403.json', { type: 'object', allOf: [{ if: { required: ['x'] } }] })), /this if is not understood/);
  assert.throws(() => compare(types, new Copy('error.403.json', { $ref: 'types.json#/$defs/nobody' })), /leads nowhere/);
});

test('the schemas of deliveries are what the types give', () => {
  for (const [name, schema] of Object.entries(write(types))) assert.equal(`${print(schema)}\n`, files.get(name), `${name}: npm run events writes it anew`);
});

test('every schema names the version that it follows', () => {
  for (const [name, source] of files) assert.ok(JSON.parse(source).$comment.includes(types.sdk), `${name} follows another version than ${types.sdk}`);
});
