// What the JSON Schemas of this module say, in the shape in which types.mjs has
// what the SDK says. Only the keywords that the schemas use are known; any other
// stops the reading, so that nothing is passed over.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const silent = new Set(['$schema', '$id', '$comment', '$defs', 'title', 'description', 'examples', 'pattern', 'x-placeholder']);

// Schemas reads the files of one directory.
export class Schemas {
  constructor(dir, prefix = 'schemas/devrev') {
    Object.assign(this, { dir, prefix, files: new Map() });
  }

  list() {
    return readdirSync(this.dir).filter((name) => name.endsWith('.json')).sort();
  }

  has(file) {
    return existsSync(path.join(this.dir, file));
  }

  load(file) {
    if (!this.files.has(file)) this.files.set(file, JSON.parse(readFileSync(path.join(this.dir, file), 'utf8')));
    return this.files.get(file);
  }

  // whole is the shape of a file.
  whole(file) {
    return this.shape(this.load(file), file, '');
  }

  shape(schema, file, pointer) {
    const at = `${this.prefix}/${file}#${pointer}`;
    const shape = { at, kinds: new Set(), members: new Map(), required: new Map(), limits: {} };
    this.collect(schema, file, pointer, shape);
    return shape;
  }

  collect(schema, file, pointer, shape) {
    const at = `${this.prefix}/${file}#${pointer}`;
    for (const [keyword, value] of Object.entries(schema)) {
      const inner = `${pointer}/${keyword}`;
      switch (keyword) {
        case '$ref': {
          const [other, where = ''] = value.split('#');
          const into = other || file;
          const target = where.split('/').slice(1).reduce((s, name) => s?.[unescape(name)], this.load(into));
          if (!target) throw new Error(`${at}: ${value} leads nowhere`);
          this.collect(target, into, where, shape);
          break;
        }
        case 'type': for (const kind of [value].flat()) shape.kinds.add(kind); break;
        case 'enum': shape.words = { all: value, at: `${this.prefix}/${file}#${inner}` }; break;
        case 'const': shape.words = { all: [value], at: `${this.prefix}/${file}#${inner}` }; break;
        case 'required': for (const name of value) shape.required.set(name, `${this.prefix}/${file}#${inner}`); break;
        case 'properties':
          for (const [name, member] of Object.entries(value)) {
            const where = `${inner}/${escape(name)}`;
            shape.members.set(name, { at: `${this.prefix}/${file}#${where}`, shape: () => this.shape(member, file, where) });
          }
          break;
        case 'items': shape.items = () => this.shape(value, file, inner); break;
        case 'additionalProperties':
          if (value === false) shape.closed = true;
          else shape.each = () => this.shape(value, file, inner);
          break;
        case 'allOf': value.forEach((part, i) => this.part(part, file, `${inner}/${i}`, shape)); break;
        case 'maxItems': case 'minItems': case 'maxLength': case 'minLength': case 'minimum': case 'maximum': case 'format': case 'contentEncoding':
          shape.limits[keyword] = value;
          break;
        default:
          if (!silent.has(keyword)) throw new Error(`${at}: the keyword ${keyword} is not understood`);
      }
    }
  }

  // part is a member of an allOf: a schema, or what holds for one value of a tag.
  part(part, file, pointer, shape) {
    if (!part.if) {
      this.collect(part, file, pointer, shape);
      return;
    }
    const [name, ...more] = Object.keys(part.if.properties ?? {});
    const value = part.if.properties?.[name]?.const;
    const plain = Object.keys(part).every((k) => k === 'if' || k === 'then')
      && Object.keys(part.if).every((k) => k === 'properties' || k === 'required')
      && more.length === 0 && value !== undefined && JSON.stringify(part.if.required) === JSON.stringify([name]);
    if (!plain || shape.tag && shape.tag.name !== name) throw new Error(`${this.prefix}/${file}#${pointer}: this if is not understood`);
    shape.tag ??= { name, variants: new Map() };
    if (shape.tag.variants.has(value)) throw new Error(`${this.prefix}/${file}#${pointer}: ${name} ${value} stands twice`);
    shape.tag.variants.set(value, () => this.shape(part.then, file, `${pointer}/then`));
  }
}

const escape = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');
const unescape = (name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
