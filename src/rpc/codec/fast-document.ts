/**
 * The short way for documents as XML-RPC libraries write them: no attributes, comments, CDATA,
 * references or control characters, every tag plain. It compares whole tags instead of looking at
 * each character, which makes it several times as fast as an XML parser.
 *
 * Promise: a document that it returns is exactly what `DocumentParser` would have returned. At the
 * first thing that is not plain, a mistake included, it gives up with `undefined`, and the caller
 * starts again with the full parser, which alone decides on faults.
 */
import type { XmlValue } from '../xml-value.js';
import { decodeBase64 } from './base64.js';
import type { ReadDocument, RootName } from './document-reader.js';
import { trimXmlSpace } from './scalar.js';

/** White space, where a library may have put it. */
const space = '[\\t\\n\\r ]*';
/**
 * Text that stands for itself: without references, CR (which parsers change), and what XML
 * refuses. U+FFFD is left to the full parser, because bytes that are no UTF-8 become it, and `>`,
 * because it may end `]]>`.
 */
const plain = '[^\\0-\\x08\\x0b-\\x1f&<>\\ufffd-\\uffff]*';
/** XML 1.0 in an encoding that is UTF-8 or a part of it. */
const encoding = '(?: encoding=(?:"(?:utf-8|UTF-8|us-ascii)"|\'(?:utf-8|UTF-8|us-ascii)\'))?';
const declaration = `(?:<\\?xml version=(?:"1\\.0"|'1\\.0')${encoding} ?\\?>)?`;

const callStart = here(`${declaration}_<methodCall>_<methodName>`);
const responseStart = here(`${declaration}_<methodResponse>`);
const nameEndAndParams = here('</methodName>_<params>');
const nameEndWithoutParams = here('</methodName>_<params/>');
const paramsStart = here('_<params>');
const noParams = here('_<params/>');
const paramStart = here('_<param>');
const paramsEnd = here('_</params>');
const nextParam = here('_</param>_<param>');
const lastParamEnd = here('_</param>_</params>');
const callEnd = here('_</methodCall>_');
const responseEnd = here('_</methodResponse>_');
const valueStart = here('_<value>');
const bareEnd = here('</value>');
const wholeString = here(`<value><string>${plain}</string></value>`);
const wholeInt = here('<value><int>-?[0-9]{1,9}</int></value>');
const stringStart = here('<string>');
const stringEnd = here('</string>_</value>');
const emptyString = here('<string/>_</value>');
const intStart = here('<(?:int|i4)>');
const digits = here('-?[0-9]{1,15}');
const intEnd = here('</int>_</value>');
const i4End = here('</i4>_</value>');
const i8Start = here('<i8>');
const i8End = here('</i8>_</value>');
const trueValue = here('<boolean>1</boolean>_</value>');
const falseValue = here('<boolean>0</boolean>_</value>');
const nilValue = here('<nil/>_</value>');
const base64Start = here('<base64>');
const base64End = here('</base64>_</value>');
const wholeArrayStart = here('<value><array><data>');
const arrayStart = here('<array>_<data>');
const arrayEnd = here('_</data>_</array>_</value>');
const structStart = here('<struct>');
const structEnd = here('_</struct>_</value>');
const memberStart = here('_<member>_<name>');
const memberNameEnd = here('</name>');
const memberEnd = here('_</member>');
const plainText = here(plain);

/** Where the first letter of a type stands in a value without white space. */
const typeAt = '<value><'.length;
/** What `wholeString` has before and behind its text, and `wholeInt` about its digits. */
const stringTagsBefore = '<value><string>'.length;
const stringTagsBehind = '</string></value>'.length;
const intTagsBefore = '<value><int>'.length;
const intTagsBehind = '</int></value>'.length;

/**
 * A pattern that looks at one place only, with `_` for white space. What it becomes is several
 * times as fast as comparing texts or characters, the more so the more it takes in one go: hence
 * tags that follow each other are one pattern.
 */
function here(source: string): RegExp {
  return new RegExp(source.replaceAll('_', space), 'y');
}

const i4Max = 2 ** 31 - 1;
const i4Min = -(2 ** 31);

/** What an unfinished array, struct or list of parameters has so far. */
interface Container {
  readonly items: XmlValue[] | undefined;
  readonly members: Map<string, XmlValue> | undefined;
  /** The name of the member whose value is being read. */
  name: string;
}

/** Where the reading stands. `giveUp` is final. */
type Step = 'value' | 'afterValue' | 'done' | 'giveUp';

/** Reads a whole document, or gives up. Work: proportional to the bytes. */
export function readPlainDocument(
  root: RootName,
  body: Uint8Array,
  nestedValuesMax: number,
): ReadDocument | undefined {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  return new PlainReader(bytes.toString(), nestedValuesMax).read(root);
}

class PlainReader {
  readonly #text: string;
  readonly #nestedValuesMax: number;
  #at = 0;
  /** Arrays and structs that are open, the innermost last. */
  readonly #open: Container[] = [];
  readonly #params: XmlValue[] = [];
  #methodName = '';

  constructor(text: string, nestedValuesMax: number) {
    this.#text = text;
    this.#nestedValuesMax = nestedValuesMax;
  }

  read(root: RootName): ReadDocument | undefined {
    const isCall = root === 'methodCall';
    let step = isCall ? this.#callHead() : this.#responseHead();
    while (step === 'value' || step === 'afterValue') {
      step = step === 'value' ? this.#value() : this.#afterValue();
    }
    if (step === 'giveUp') return undefined;
    if (!this.#accept(isCall ? callEnd : responseEnd)) return undefined;
    if (this.#at !== this.#text.length) return undefined;
    return { methodName: this.#methodName, params: this.#params, fault: undefined };
  }

  #callHead(): Step {
    if (!this.#accept(callStart)) return 'giveUp';
    this.#methodName = trimXmlSpace(this.#plainText());
    if (this.#methodName === '') return 'giveUp';
    if (this.#accept(nameEndAndParams)) return this.#firstParam();
    return this.#accept(nameEndWithoutParams) ? 'done' : 'giveUp';
  }

  #responseHead(): Step {
    if (!this.#accept(responseStart)) return 'giveUp';
    if (this.#accept(paramsStart)) return this.#firstParam();
    return this.#accept(noParams) ? 'done' : 'giveUp';
  }

  #firstParam(): Step {
    if (this.#accept(paramStart)) return 'value';
    return this.#accept(paramsEnd) ? 'done' : 'giveUp';
  }

  #value(): Step {
    if (this.#open.length >= this.#nestedValuesMax) return 'giveUp';
    const begin = this.#at;
    const type = this.#text.charCodeAt(begin + typeAt);
    if (type === 0x73 && this.#accept(wholeString)) {
      return this.#deliver(this.#text.slice(begin + stringTagsBefore, this.#at - stringTagsBehind));
    }
    if (type === 0x69 && this.#accept(wholeInt)) {
      const written = this.#text.slice(begin + intTagsBefore, this.#at - intTagsBehind);
      return this.#deliver(Number(written) + 0);
    }
    if (type === 0x61 && this.#accept(wholeArrayStart)) return this.#beginArray();
    if (!this.#accept(valueStart)) return 'giveUp';
    if (this.#text.charCodeAt(this.#at) !== 0x3c) return this.#bareString();
    switch (this.#text.charCodeAt(this.#at + 1)) {
      case 0x73: // s
        return this.#accept(stringStart) ? this.#string() : this.#structOrEmptyString();
      case 0x69: // i
        return this.#integer();
      case 0x62: // b
        return this.#accept(base64Start) ? this.#base64() : this.#boolean();
      case 0x61: // a
        return this.#accept(arrayStart) ? this.#beginArray() : 'giveUp';
      case 0x6e: // n
        return this.#end(null, nilValue);
      case 0x2f: // slash
        return this.#end('', bareEnd);
      default:
        return 'giveUp';
    }
  }

  /** A string without `<string>`; white space before a typed element is left to the full parser. */
  #bareString(): Step {
    return this.#end(this.#plainText(), bareEnd);
  }

  #string(): Step {
    return this.#end(this.#plainText(), stringEnd);
  }

  #structOrEmptyString(): Step {
    if (!this.#accept(structStart)) return this.#end('', emptyString);
    this.#open.push({ items: undefined, members: new Map(), name: '' });
    return this.#nextMember();
  }

  #integer(): Step {
    const isI4 = this.#accept(intStart);
    if (!isI4 && !this.#accept(i8Start)) return 'giveUp';
    const begin = this.#at;
    if (!this.#accept(digits)) return 'giveUp';
    const value = Number(this.#text.slice(begin, this.#at)) + 0;
    if (!isI4) return this.#end(value, i8End);
    if (value < i4Min || value > i4Max) return 'giveUp';
    return this.#end(value, this.#text.charCodeAt(begin - 2) === 0x34 ? i4End : intEnd);
  }

  #boolean(): Step {
    if (this.#accept(trueValue)) return this.#deliver(true);
    return this.#end(false, falseValue);
  }

  #base64(): Step {
    const end = this.#text.indexOf('<', this.#at);
    const bytes = end < 0 ? undefined : decodeBase64(this.#text.slice(this.#at, end));
    if (bytes === undefined) return 'giveUp';
    this.#at = end;
    return this.#end(bytes, base64End);
  }

  #beginArray(): Step {
    this.#open.push({ items: [], members: undefined, name: '' });
    return this.#nextItem();
  }

  #nextItem(): Step {
    const isValue = this.#text.charCodeAt(this.#at + 1) === 0x76; // v
    if (isValue || !this.#accept(arrayEnd)) return 'value';
    const array = this.#open.pop()?.items;
    return array === undefined ? 'giveUp' : this.#deliver(array);
  }

  #nextMember(): Step {
    if (this.#accept(structEnd)) {
      const struct = this.#open.pop()?.members;
      return struct === undefined ? 'giveUp' : this.#deliver(struct);
    }
    const container = this.#open.at(-1);
    if (container?.members === undefined || !this.#accept(memberStart)) return 'giveUp';
    const name = this.#plainText();
    if (container.members.has(name)) return 'giveUp';
    container.name = name;
    return this.#accept(memberNameEnd) ? 'value' : 'giveUp';
  }

  /** The end of a value. */
  #end(value: XmlValue, end: RegExp): Step {
    return this.#accept(end) ? this.#deliver(value) : 'giveUp';
  }

  #deliver(value: XmlValue): Step {
    const container = this.#open.at(-1);
    if (container === undefined) this.#params.push(value);
    else if (container.items === undefined) container.members?.set(container.name, value);
    else container.items.push(value);
    return 'afterValue';
  }

  #afterValue(): Step {
    const container = this.#open.at(-1);
    if (container?.items !== undefined) return this.#nextItem();
    if (container !== undefined) return this.#accept(memberEnd) ? this.#nextMember() : 'giveUp';
    if (this.#accept(nextParam)) return 'value';
    return this.#accept(lastParamEnd) ? 'done' : 'giveUp';
  }

  /** Goes on behind what the pattern takes, if that stands here. */
  #accept(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  /** Text up to what is not plain, mostly a tag. */
  #plainText(): string {
    const begin = this.#at;
    this.#accept(plainText);
    return this.#text.slice(begin, this.#at);
  }
}
