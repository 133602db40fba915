import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';

/** A problem at a line of a text, counted from 1. */
export interface TextProblem {
  line: number;
  message: string;
}

/** One object in a text of YAML or JSON documents. */
export interface Manifest {
  /** Its first line, counted from 1. */
  line: number;
  /** Undefined if it has problems. */
  object: Record<string, unknown> | undefined;
  problems: readonly TextProblem[];
  /** Where a field is, by the apiserver's name for it; if it is missing, the innermost field around it. */
  find: (field: string) => FieldPlace;
}

interface FieldPlace {
  /** Counted from 1. */
  line: number;
  /** The value as written, to notice when it is changed. */
  text: string;
}

/** Aliases expand, and a manifest needs few. */
const MOST_ALIASES = 100;

/** The manifests of a text, in order. The items of a `List` count as documents; empty documents are left out. */
export function readManifests(text: string): Manifest[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document: Document.Parsed) => {
    const valid = document.errors.length === 0;
    if (valid && isEmpty(document.contents)) return [];
    const items = valid ? itemsOf(document.contents) : undefined;
    return (items ?? [document.contents]).map((root) => new Reader(text, lines, document).manifest(root));
  });
}

/** The syntax errors of a text. */
export const syntaxProblems = (text: string): TextProblem[] => readManifests(text).flatMap(({ problems }) => problems);

const isEmpty = (root: Node | null): boolean => root === null || (isScalar(root) && root.value === null);

/** The items of a `List`, as `kubectl get -o yaml` writes several objects. */
function itemsOf(root: Node | null): Node[] | undefined {
  if (!isMap(root) || root.get('kind') !== 'List') return undefined;
  const items = root.get('items');
  return isSeq(items) ? items.items.filter(isNode) : undefined;
}

class Reader {
  readonly #text: string;
  readonly #lines: LineCounter;
  readonly #document: Document.Parsed;

  constructor(text: string, lines: LineCounter, document: Document.Parsed) {
    this.#text = text;
    this.#lines = lines;
    this.#document = document;
  }

  manifest(root: Node | null): Manifest {
    const line = root === null ? 1 : this.#lineOf(root);
    const find = (field: string) => this.#find(root, field);
    const failed = (problems: readonly TextProblem[]) => ({ line, object: undefined, problems, find });
    if (this.#document.errors.length > 0) {
      return failed(
        this.#document.errors.map(({ pos, message }) => ({
          line: this.#lines.linePos(pos[0]).line,
          message: firstLine(message),
        })),
      );
    }
    if (!isMap(root)) return failed([{ line, message: 'A manifest is an object with apiVersion, kind and metadata.' }]);
    try {
      const object: Record<string, unknown> = root.toJS(this.#document, { maxAliasCount: MOST_ALIASES });
      return { line, object, problems: [], find };
    } catch (error) {
      return failed([{ line, message: error instanceof Error ? error.message : 'This is not valid YAML.' }]);
    }
  }

  #find(root: Node | null, field: string): FieldPlace {
    const { at, value } = locate({ at: root, value: root }, field);
    if (at === null) return { line: 1, text: '' };
    const [from, to] = value?.range ?? at.range ?? [0, 0];
    return { line: this.#lineOf(at), text: this.#text.slice(from, to) };
  }

  #lineOf({ range }: Node): number {
    return this.#lines.linePos(range?.[0] ?? 0).line;
  }
}

/** The library adds the position, and an excerpt. */
const firstLine = (message: string): string => message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';

/** A value, and the node at whose line it begins: the key for a field of an object. */
interface Found {
  at: Node | null;
  value: Node | null;
}

function locate(found: Found, rest: string): Found {
  if (rest === '') return found;
  if (isMap(found.value)) {
    const next = stepInMap(found.value, rest);
    return next === undefined ? found : locate(next.found, next.rest);
  }
  if (!isSeq(found.value)) return found;
  const items = found.value.items.filter(isNode);
  const [, written, more = ''] = /^\[(\d+)\](.*)$/s.exec(rest) ?? [];
  if (written !== undefined) {
    const item = items[Number(written)];
    return item === undefined ? found : locate({ at: item, value: item }, more);
  }
  // Errors of the decoder leave out the index.
  const inItems = items.map((item) => ({ item, found: locate({ at: item, value: item }, rest) }));
  return inItems.find(({ item, found: inside }) => inside.at !== item)?.found ?? found;
}

/** Follows one key, which is written in brackets, or bare and may then contain dots: the longest that fits counts. */
function stepInMap(map: YAMLMap, rest: string): { found: Found; rest: string } | undefined {
  const [, bracketed, after = ''] = /^\[([^\]]*)\](.*)$/s.exec(rest) ?? [];
  const bare = rest.replace(/^\./, '');
  let best: { length: number; found: Found; rest: string } | undefined;
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    const found = { at: key, value: isNode(value) ? value : null };
    if (bracketed !== undefined && name === bracketed.replace(/^["']|["']$/g, '')) return { found, rest: after };
    const follows = bare.slice(name.length);
    const fits = name !== '' && bare.startsWith(name) && /^($|[.[])/.test(follows);
    if (fits && name.length > (best?.length ?? 0)) best = { length: name.length, found, rest: follows };
  }
  return best;
}
