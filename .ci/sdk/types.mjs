// What DevRev's TypeScript SDK says of the webhook API, read with the TypeScript
// compiler from the installed declarations.
//
// The declarations are generated from the vendor's OpenAPI document, so a few
// forms say all that there is:
//
//   interface X { member?: T }           an object
//   type X = Base & { … }                an object made of several
//   type X = Base & (A | B) & { type: E }  an object whose enum E tells A from B
//   type X = object                      an object without members of its own
//   declare enum E { Key = "value" }     a list of words
//
// Which alternative belongs to which value of the tag is not in the types; the
// names say it: value Key of E belongs to the alternative whose name is that of
// the others with Key in it. What the names do not tell is a problem that stops
// the reading, and so does a form that is none of these: what is not understood
// must not count as equal.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

// others are the alternatives whose names follow no rule.
const others = {
  SchemaArrayFieldDescriptor: 'SchemaFieldDescriptorArrayType',
  FieldValueDate: 'FieldValueDateValue',
  FieldValueDateTime: 'FieldValueDateTimeValue',
  FieldValueInt: 'FieldValueInt64',
  FieldValueIntList: 'FieldValueInt64List',
};

// once computes a value when it is asked for first.
const once = (compute) => {
  let value;
  return () => (value ??= compute());
};

const declarations = 'dist/auto-generated/public-devrev-sdk.d.ts';

// readTypes reads the SDK installed in a directory.
export function readTypes(sdk) {
  const { name, version } = JSON.parse(readFileSync(path.join(sdk, 'package.json'), 'utf8'));
  const file = path.join(sdk, declarations);
  const program = ts.createProgram([file], { noLib: true, types: [] });
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${name} ${version} has no ${declarations}`);
  return new Types(`${name} ${version}`, source, program.getTypeChecker());
}

class Types {
  constructor(sdk, source, checker) {
    Object.assign(this, { sdk, source, checker, names: new Map(), shapes: new Map() });
    for (const s of source.statements) {
      if (s.name) this.names.set(s.name.text, s);
    }
  }

  // label is the name that the vendor's document has for a type.
  label(name) {
    const text = ts.getJSDocCommentsAndTags(this.names.get(name)).map((d) => String(d.comment ?? '')).find(Boolean) ?? '';
    const first = text.split('\n')[0].trim();
    if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(first)) return first.replaceAll('-', '_');
    return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  }

  // at is where a node stands in the declarations, as FILE:LINE.
  at(node) {
    const { line } = this.source.getLineAndCharacterOfPosition(node.getStart(this.source));
    return `${path.basename(declarations)}:${line + 1}`;
  }

  // operations are the methods of the API whose path starts with a prefix.
  operations(prefix) {
    const api = this.names.get('Api');
    if (!api) throw new Error('the declarations have no class Api');
    const all = [];
    for (const member of api.members) {
      const request = ts.getJSDocTags(member).find((t) => t.tagName.text === 'request');
      const [method, route] = String(request?.comment ?? '').replace(/\s/g, '').split(':');
      if (!route?.startsWith(prefix)) continue;
      const { parameters, type } = member.type;
      const parameter = (name) => parameters.find((p) => p.name.text === name)?.type;
      const response = type.typeArguments[0]; // Promise<AxiosResponse<T, …>>
      all.push({
        name: route.slice(1), method, at: this.at(member),
        body: parameter('data'), query: parameter('query'), answer: response.typeArguments[0],
      });
    }
    return all;
  }

  // errors are the types of error bodies: an ErrorBase with a member type.
  errors() {
    return [...this.names].filter(([, s]) => ts.isTypeAliasDeclaration(s) && ts.isIntersectionTypeNode(s.type)
      && s.type.types.some((t) => ts.isTypeReferenceNode(t) && t.typeName.text === 'ErrorBase')
      && this.read(s.type, s.name.text).members.has('type')).map(([name]) => name);
  }

  // named is the shape of a type by its name.
  named(name) {
    const s = this.names.get(name);
    if (!s) throw new Error(`the declarations have no type ${name}`);
    return this.declared(s);
  }

  // declared is the shape of a declaration, read once.
  declared(s) {
    if (!this.shapes.has(s)) this.shapes.set(s, this.declaration(s));
    return this.shapes.get(s);
  }

  declaration(s) {
    const name = s.name.text;
    if (ts.isTypeAliasDeclaration(s)) {
      const alias = ts.isTypeReferenceNode(s.type) && !s.type.typeArguments ? s.type.typeName.text : undefined;
      return { ...this.read(s.type, name), name, at: this.at(s), declared: name, alias };
    }
    if (ts.isEnumDeclaration(s)) {
      const words = s.members.map((m) => [m.name.text, m.initializer.text]);
      return { kind: 'string', words: words.map(([, value]) => value), keys: words, name, at: this.at(s), declared: name };
    }
    if (ts.isInterfaceDeclaration(s)) {
      const shape = { kind: 'object', members: this.members(s.members, name), name, at: this.at(s), declared: name };
      for (const base of s.heritageClauses ?? []) throw new Error(`${this.at(base)}: ${name} extends another type`);
      return shape;
    }
    throw new Error(`${this.at(s)}: ${name} is no type that is understood`);
  }

  // read is the shape of a type. owner names the type that it is part of.
  read(node, owner, doc = {}) {
    const at = this.at(node);
    const shape = (kind, more) => ({ kind, name: owner, at, doc, ...more });
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword: return shape('string');
      case ts.SyntaxKind.BooleanKeyword: return shape('boolean');
      case ts.SyntaxKind.AnyKeyword: return shape('any');
      case ts.SyntaxKind.ObjectKeyword: return shape('object', { members: new Map() });
      case ts.SyntaxKind.NumberKeyword: return shape(/^int/.test(doc.format ?? '') ? 'integer' : 'number');
      case ts.SyntaxKind.ParenthesizedType: return this.read(node.type, owner, doc);
      case ts.SyntaxKind.ArrayType: return shape('array', { items: once(() => this.read(node.elementType, `${owner}[]`)) });
      case ts.SyntaxKind.TypeLiteral: return shape('object', { members: this.members(node.members, owner) });
      case ts.SyntaxKind.IntersectionType: return this.intersection(node, owner, doc);
      case ts.SyntaxKind.UnionType: return this.union(node, owner, doc);
      case ts.SyntaxKind.TypeReference: {
        const name = node.typeName.text;
        if (name === 'Record') return shape('object', { members: new Map(), each: () => this.read(node.typeArguments[1], `${owner}[]`) });
        const declared = this.checker.getSymbolAtLocation(node.typeName)?.declarations?.[0] ?? this.names.get(name);
        if (!declared || node.typeArguments) throw new Error(`${at}: ${owner} refers to ${name}, which is not understood`);
        return { ...this.declared(declared), doc };
      }
    }
    throw new Error(`${at}: ${owner} has the form ${ts.SyntaxKind[node.kind]}, which is not understood`);
  }

  members(nodes, owner) {
    const all = new Map();
    for (const m of nodes) {
      if (!ts.isPropertySignature(m)) throw new Error(`${this.at(m)}: ${owner} has a member that is no property`);
      const name = m.name.text;
      const doc = {};
      for (const tag of ts.getJSDocTags(m)) doc[tag.tagName.text] = String(tag.comment ?? '').trim();
      all.set(name, {
        name: `${owner}.${name}`, at: this.at(m), optional: Boolean(m.questionToken),
        shape: once(() => this.read(m.type, `${owner}.${name}`, doc)),
      });
    }
    return all;
  }

  // union is a list of words, a type with null, or alternatives that no tag
  // tells apart.
  union(node, owner, doc) {
    const at = this.at(node);
    const isNull = (t) => ts.isLiteralTypeNode(t) && t.literal.kind === ts.SyntaxKind.NullKeyword;
    const types = node.types.filter((t) => !isNull(t));
    const nullable = types.length < node.types.length;
    if (types.length === 1) return { ...this.read(types[0], owner, doc), nullable };
    if (types.every((t) => ts.isLiteralTypeNode(t) && ts.isStringLiteral(t.literal))) {
      return { kind: 'string', words: types.map((t) => t.literal.text), name: owner, at, doc, nullable };
    }
    return { kind: 'union', alternatives: types.map((t) => [t.typeName?.text ?? ts.SyntaxKind[t.kind], once(() => this.read(t, owner))]), name: owner, at, doc, nullable };
  }

  intersection(node, owner, doc) {
    // bases and own say which members come from a type with a name.
    const whole = { kind: 'object', members: new Map(), name: owner, at: this.at(node), doc, bases: [], own: new Map() };
    let alternatives;
    for (const part of node.types) {
      const shape = this.read(part, owner);
      if (shape.kind === 'union') {
        if (alternatives) throw new Error(`${whole.at}: ${owner} has two unions`);
        alternatives = shape.alternatives;
        continue;
      }
      if (shape.kind !== 'object') throw new Error(`${whole.at}: ${owner} is made of a ${shape.kind}`);
      for (const [name, member] of shape.members) {
        whole.members.set(name, member);
        if (!shape.declared) whole.own.set(name, member);
      }
      if (shape.declared) whole.bases.push(shape);
      if (shape.tag) whole.tag = shape.tag;
    }
    if (alternatives) {
      whole.tag = this.tag(whole, alternatives, owner);
      whole.ownTag = whole.tag;
    }
    return whole;
  }

  // tag finds the member that tells alternatives apart, and by the names which
  // value means which alternative.
  tag(whole, alternatives, owner) {
    let best;
    for (const [name, member] of whole.members) {
      const { keys } = member.shape();
      if (!keys) continue;
      const forms = new Map();
      for (const [key] of keys) {
        for (const [alternative] of alternatives) {
          for (let i = alternative.indexOf(key); i >= 0; i = alternative.indexOf(key, i + 1)) {
            const form = `${alternative.slice(0, i)}|${alternative.slice(i + key.length)}`;
            forms.set(form, (forms.get(form) ?? 0) + 1);
          }
        }
      }
      for (const [form, count] of forms) if (!best || count > best.count) best = { name, keys, form, count };
    }
    if (!best) throw new Error(`${whole.at}: no member of ${owner} tells its alternatives apart`);
    const [before, after] = best.form.split('|');
    const variants = new Map();
    const used = new Set();
    // An alternative named Empty is what every value means that has none of its own.
    const rest = alternatives.find(([alternative]) => alternative === 'Empty');
    for (const [key, value] of best.keys) {
      const form = before + key + after;
      const found = alternatives.find(([alternative]) => alternative === (others[form] ?? form)) ?? rest;
      if (found) used.add(found[0]);
      variants.set(value, found ? found[1] : null);
    }
    const unnamed = alternatives.map(([name]) => name).filter((name) => !used.has(name));
    if (unnamed.length > 0) throw new Error(`${whole.at}: no value of ${owner}.${best.name} means ${unnamed.join(', ')}`);
    return { name: best.name, variants };
  }
}
