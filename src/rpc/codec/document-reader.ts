/**
 * The grammar of XML-RPC: elements and text in, a call or a response out. It knows nothing of
 * bytes and of XML's own rules, and holds an explicit stack, so that nesting costs no recursion.
 *
 * It tells two kinds of mistake apart. A *structural* one (an element or text where none belongs)
 * ends the reading: values are dropped at once and only the depth is still counted. A malformed
 * *scalar* is remembered, the first of them, and the reading goes on.
 */
import { assert, must, unreachable } from '../../base/assert.js';
import type { XmlValue } from '../xml-value.js';
import { isSpacedBase64 } from './base64.js';
import { Base64Bytes, type Base64Options } from './base64-bytes.js';
import { isXmlSpace, parseBase64, parseScalar, trimXmlSpace } from './scalar.js';
import type { ScalarType } from './scalar.js';

export type RootName = 'methodCall' | 'methodResponse';

/** What stood in a document without a mistake in its structure. */
export interface ReadDocument {
  /** Empty in a response. */
  readonly methodName: string;
  readonly params: readonly XmlValue[];
  /** The value inside `<fault>`; undefined when there is none. */
  readonly fault: XmlValue | undefined;
}

/** How deep a document may go, and where its base64 goes. */
export interface ReaderLimits extends Base64Options {
  /** Values inside values, the outermost included. */
  readonly nestedValuesMax: number;
}

/** `open` says whether the document may go on, or is over the limit of nesting. */
type OpenResult = 'ok' | 'tooDeep';

type ElementKind =
  | RootName
  | 'methodName'
  | 'params'
  | 'param'
  | 'fault'
  | 'value'
  | 'scalar'
  | 'array'
  | 'data'
  | 'struct'
  | 'member'
  | 'name';

const scalarTypes: ReadonlyMap<string, ScalarType> = new Map<string, ScalarType>([
  ['string', 'string'],
  ['int', 'int'],
  ['i4', 'int'],
  ['i8', 'i8'],
  ['ex:i8', 'i8'],
  ['boolean', 'boolean'],
  ['base64', 'base64'],
  ['double', 'double'],
  ['dateTime.iso8601', 'dateTime'],
  ['nil', 'nil'],
  ['ex:nil', 'nil'],
]);

/** Which elements may stand in which; `value` also takes the scalars. */
const childKinds: Readonly<Record<ElementKind, readonly ElementKind[]>> = {
  methodCall: ['methodName', 'params'],
  methodResponse: ['params', 'fault'],
  methodName: [],
  params: ['param'],
  param: ['value'],
  fault: ['value'],
  value: ['array', 'struct'],
  scalar: [],
  array: ['data'],
  data: ['value'],
  struct: ['member'],
  member: ['name', 'value'],
  name: [],
};

/** Elements that hold text. A `value` does, too, as long as no element stands in it. */
const leafKinds: readonly ElementKind[] = ['scalar', 'name', 'methodName'];

/** Elements that one element can need besides its value: `value`, `struct`, `member`. */
const elementsPerValue = 3;
/** Elements outside all values: root, `params`, `param`, and a leaf. */
const elementsAround = 4;
/** Text of the client that is quoted in a complaint, in UTF-16 units. */
const quotedLengthMax = 40;

/** An element that is open, and what was read of it. */
class OpenElement {
  readonly kind: ElementKind;
  readonly tag: string;
  readonly scalarType: ScalarType;
  /** Of base64 only the beginning, to be quoted. */
  text = '';
  /** Of base64. */
  base64: Base64Bytes | undefined = undefined;
  /** Of `value`, `param`, `fault` and `member`: the value, once it is complete. */
  value: XmlValue | undefined = undefined;
  /** Of `member`: its name, once it is complete. */
  name: string | undefined = undefined;
  /** Of `params` and `data`. */
  readonly items: XmlValue[] | undefined;
  /** Of `struct`. */
  readonly members: Map<string, XmlValue> | undefined;
  /** Of elements that take each child once: those that have begun. */
  begun: ElementKind[] | undefined = undefined;

  constructor(kind: ElementKind, tag: string, scalarType: ScalarType) {
    this.kind = kind;
    this.tag = tag;
    this.scalarType = scalarType;
    this.items = kind === 'params' || kind === 'data' ? [] : undefined;
    this.members = kind === 'struct' ? new Map() : undefined;
  }
}

export class DocumentReader {
  readonly #root: RootName;
  readonly #nestedValuesMax: number;
  readonly #base64Options: Base64Options;
  #open: OpenElement[] = [];
  #depth = 0;
  #nestedValues = 0;
  #methodName = '';
  #params: readonly XmlValue[] = [];
  #fault: XmlValue | undefined = undefined;
  #structuralMistake: string | undefined = undefined;
  #scalarMistake: string | undefined = undefined;

  constructor(root: RootName, limits: ReaderLimits) {
    this.#root = root;
    this.#nestedValuesMax = limits.nestedValuesMax;
    this.#base64Options = limits;
  }

  /** The first structural mistake; once set, text is of no interest any more. */
  get structuralMistake(): string | undefined {
    return this.#structuralMistake;
  }

  /** The first malformed scalar, by its parameter. */
  get scalarMistake(): string | undefined {
    return this.#scalarMistake;
  }

  /** What was read; only after the root was closed, and without a structural mistake. */
  document(): ReadDocument {
    assert(this.#structuralMistake === undefined, 'a document has no structural mistake');
    return { methodName: this.#methodName, params: this.#params, fault: this.#fault };
  }

  /** An element begins. */
  open(tag: string): OpenResult {
    this.#depth += 1;
    if (this.#structuralMistake !== undefined) {
      return this.#depth > this.#nestedValuesMax * elementsPerValue + elementsAround
        ? 'tooDeep'
        : 'ok';
    }
    const parent = this.#open.at(-1);
    const element = this.#begin(parent, tag);
    if (element === undefined) return 'ok';
    if (element.kind === 'value') {
      this.#nestedValues += 1;
      if (this.#nestedValues > this.#nestedValuesMax) return 'tooDeep';
    }
    this.#open.push(element);
    return 'ok';
  }

  /** Text or CDATA of the innermost open element; may come in several pieces. */
  text(text: string): void {
    if (this.#structuralMistake !== undefined) return;
    const element = this.#open.at(-1);
    if (element === undefined) return;
    if (element.base64 !== undefined) {
      element.base64.take(text);
      keepToQuote(element, text);
      return;
    }
    const isUntyped = element.kind === 'value' && element.begun === undefined;
    if (isUntyped || leafKinds.includes(element.kind)) element.text += text;
    else if (!isXmlSpace(text)) this.#refuse(`<${element.tag}> contains text beside elements`);
  }

  /**
   * Text of the innermost open element, which is base64: taken if it means the same with and
   * without an XML parser. False when it was left.
   */
  plainBase64(text: string): boolean {
    if (this.#structuralMistake !== undefined) return isSpacedBase64(text);
    const element = this.#open.at(-1);
    if (element?.base64?.takePlain(text) !== true) return false;
    keepToQuote(element, text);
    return true;
  }

  /** The innermost open element ends. */
  close(): void {
    this.#depth -= 1;
    if (this.#structuralMistake !== undefined) return;
    const element = must(this.#open.pop(), 'only an open element ends');
    this.#finish(element, this.#open.at(-1));
  }

  #refuse(mistake: string): void {
    this.#structuralMistake = mistake;
    this.#open = [];
    this.#params = [];
    this.#fault = undefined;
  }

  #refuseElement(mistake: string): undefined {
    this.#refuse(mistake);
    return undefined;
  }

  #begin(parent: OpenElement | undefined, tag: string): OpenElement | undefined {
    if (parent === undefined) {
      if (tag === this.#root) return new OpenElement(this.#root, tag, 'string');
      this.#refuseElement(`the root element is <${quote(tag)}>, not <${this.#root}>`);
      return;
    }
    if (parent.kind === 'value') return this.#beginTyped(parent, tag);
    const kind = childKinds[parent.kind].find((candidate) => candidate === tag);
    if (kind === undefined) {
      this.#refuseElement(`<${quote(tag)}> does not belong in <${parent.tag}>`);
      return;
    }
    if (parent.items !== undefined || parent.members !== undefined) {
      return new OpenElement(kind, tag, 'string');
    }
    return this.#beginOnce(parent, kind, tag);
  }

  /** The element inside a `value`: it is the only one, and no text stands beside it. */
  #beginTyped(parent: OpenElement, tag: string): OpenElement | undefined {
    const scalarType = scalarTypes.get(tag);
    const kind = scalarType === undefined ? tag : 'scalar';
    if (kind !== 'scalar' && kind !== 'array' && kind !== 'struct') {
      this.#refuseElement(`<${quote(tag)}> is not a type of XML-RPC`);
      return;
    }
    if (!isXmlSpace(parent.text)) {
      this.#refuseElement('<value> mixes text and elements');
      return;
    }
    if (parent.begun !== undefined) {
      this.#refuseElement('<value> contains two values');
      return;
    }
    parent.begun = [kind];
    const element = new OpenElement(kind, tag, scalarType ?? 'string');
    if (scalarType === 'base64') element.base64 = new Base64Bytes(this.#base64Options);
    return element;
  }

  #beginOnce(parent: OpenElement, kind: ElementKind, tag: string): OpenElement | undefined {
    parent.begun ??= [];
    if (parent.begun.includes(kind)) {
      this.#refuseElement(`<${parent.tag}> contains two of <${tag}>`);
      return;
    }
    if (kind === 'params' && parent.kind === 'methodCall' && parent.begun.length === 0) {
      this.#refuseElement('<params> stands before <methodName>');
      return;
    }
    if (parent.kind === 'methodResponse' && parent.begun.length > 0) {
      this.#refuseElement('<methodResponse> contains both <params> and <fault>');
      return;
    }
    parent.begun.push(kind);
    return new OpenElement(kind, tag, 'string');
  }

  #finish(element: OpenElement, parent: OpenElement | undefined): void {
    switch (element.kind) {
      case 'scalar':
        must(parent, 'a scalar stands in a value').value = this.#scalar(element);
        return;
      case 'value':
        this.#finishValue(element, must(parent, 'a value stands in something'));
        return;
      case 'param':
        if (element.value === undefined) this.#refuse('<param> contains no <value>');
        else must(parent?.items, 'a param stands in params').push(element.value);
        return;
      case 'fault':
        if (element.value === undefined) this.#refuse('<fault> contains no <value>');
        this.#fault = element.value;
        return;
      case 'data':
        must(parent, 'data stands in an array').value = element.items;
        return;
      case 'array':
        if (element.value === undefined) this.#refuse('<array> contains no <data>');
        must(parent, 'an array stands in a value').value = element.value;
        return;
      case 'struct':
        must(parent, 'a struct stands in a value').value = element.members;
        return;
      case 'member':
        this.#finishMember(element, must(parent?.members, 'a member stands in a struct'));
        return;
      case 'name':
        must(parent, 'a name stands in a member').name = element.text;
        return;
      case 'methodName':
        this.#methodName = trimXmlSpace(element.text);
        return;
      case 'params':
        this.#params = must(element.items, 'params hold items');
        return;
      case 'methodCall':
        if (this.#methodName === '') this.#refuse('the method name is missing or empty');
        return;
      case 'methodResponse':
        if (element.begun === undefined) this.#refuse('<methodResponse> is empty');
        return;
      default:
        unreachable(element.kind);
    }
  }

  /** A `value` without an element inside is a string, white space and all. */
  #finishValue(element: OpenElement, parent: OpenElement): void {
    this.#nestedValues -= 1;
    const value = element.begun === undefined ? element.text : element.value;
    assert(value !== undefined, 'a typed element gave its value');
    if (parent.items === undefined) parent.value = value;
    else parent.items.push(value);
  }

  /** A member that is there twice could be read in two ways, hence is refused. */
  #finishMember(element: OpenElement, members: Map<string, XmlValue>): void {
    const { name, value } = element;
    if (name === undefined) this.#refuse('<member> contains no <name>');
    else if (value === undefined) this.#refuse('<member> contains no <value>');
    else if (members.has(name)) this.#refuse(`the struct has two members "${quote(name)}"`);
    else members.set(name, value);
  }

  #scalar(element: OpenElement): XmlValue {
    const { scalarType, text, base64 } = element;
    const result =
      scalarType === 'base64' ? parseBase64(base64?.end()) : parseScalar(scalarType, text);
    if (result.kind === 'value') return result.value;
    const where =
      this.#root === 'methodCall' ? `parameter ${(this.#open[1]?.items?.length ?? 0) + 1}: ` : '';
    const what = `<${element.tag}> expects ${result.expected}, not "${quote(text)}"`;
    this.#scalarMistake ??= where + what;
    return null;
  }
}

/** One character more than is quoted shows that there is more. */
function keepToQuote(element: OpenElement, text: string): void {
  if (element.text.length <= quotedLengthMax) element.text += text.slice(0, quotedLengthMax + 1);
}

function quote(text: string): string {
  return text.length <= quotedLengthMax ? text : `${text.slice(0, quotedLengthMax)}...`;
}
