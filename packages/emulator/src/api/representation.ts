import type { KubeObject } from '../model/object.ts';
import type { StoreEvent } from '../store/store.ts';
import type { Printer } from '../tables/printer.ts';
import { printerOf } from '../tables/printers.ts';
import { ApiError } from './api-error.ts';
import type { Resource } from './resources.ts';

/** The form in which a client wants objects: the `as` parameter of the media type. */
type Form = 'object' | 'table' | 'partial';

export interface ListMeta {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/** Renders objects in the form requested by the Accept header. */
export class Representation {
  readonly #form: Form;
  readonly #resource: Resource;
  readonly #printer: Printer;
  readonly #rowObject: string;
  readonly #now: () => number;
  #columnsSent = false;

  /** @throws ApiError 406 if no accepted type can be served. */
  constructor(resource: Resource, request: { accept: string | undefined; query: URLSearchParams; now: () => number }) {
    this.#form = negotiate(request.accept);
    this.#resource = resource;
    this.#printer = printerOf(resource);
    this.#rowObject = request.query.get('includeObject') ?? 'Metadata';
    this.#now = request.now;
  }

  one(object: KubeObject): object {
    if (this.#form === 'partial') return partial(object);
    return this.#form === 'table'
      ? this.#table([object], { resourceVersion: object.metadata.resourceVersion })
      : object;
  }

  many(objects: KubeObject[], metadata: ListMeta): object {
    if (this.#form === 'table') return this.#table(objects, metadata);
    if (this.#form === 'partial') {
      const kind = 'PartialObjectMetadataList';
      return { kind, apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(partial) };
    }
    const { kind, group, version } = this.#resource;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    return { kind: `${kind}List`, apiVersion, metadata, items: objects.map((object) => this.#item(object)) };
  }

  /** The object of a watch event; only the first table of a watch has column definitions. */
  event(type: StoreEvent['type'] | 'BOOKMARK', object: KubeObject): object {
    if (this.#form !== 'table') return { type, object: this.one(object) };
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const table = type === 'BOOKMARK' ? this.#blankTable(object, metadata) : this.#table([object], metadata);
    const said = this.#columnsSent ? { ...table, columnDefinitions: null } : table;
    this.#columnsSent = true;
    return { type, object: said };
  }

  /** Items of built-in lists have no kind, because the list's kind implies it. */
  #item(object: KubeObject): object {
    if (this.#resource.definition !== undefined) return object;
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
    return rest;
  }

  #table(objects: KubeObject[], metadata: ListMeta): object {
    const now = this.#now();
    const rows = objects.map((object) => ({
      cells: this.#printer.cells(object, now),
      ...(this.#printer.conditions?.(object) ?? {}),
      object: this.#rowObject === 'Object' ? object : this.#rowObject === 'None' ? null : partial(object),
    }));
    return this.#tableOf(rows, metadata);
  }

  /** The table of a bookmark, which has no object to print. */
  #blankTable(object: KubeObject, metadata: ListMeta): object {
    return this.#tableOf([{ cells: this.#printer.columns.map(() => ''), object: partial(object) }], metadata);
  }

  #tableOf(rows: object[], metadata: ListMeta): object {
    const { columns } = this.#printer;
    return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: columns, rows };
  }
}

function partial(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** The first accepted type that is supported; protobuf, CBOR and YAML are not. */
function negotiate(accept = 'application/json'): Form {
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== 'application/*' && type !== '*/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    const isMeta = parameters.includes('g=meta.k8s.io') && parameters.includes('v=v1');
    if (isMeta && as === 'Table') return 'table';
    if (isMeta && (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')) return 'partial';
  }
  const message =
    'only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io';
  throw new ApiError(406, 'NotAcceptable', message);
}
