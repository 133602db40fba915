import { parseQuery, type Query } from './query.ts';
import type { StreamSubresource } from './request-info.ts';

/** The options of an exec, attach or port-forward: PodExecOptions, PodAttachOptions, PodPortForwardOptions of core/v1. */
export interface StreamOptions {
  /** Null if the apiserver chooses. */
  container: string | null;
  /** The program and its arguments; empty except for exec. */
  command: readonly string[];
  stdin: boolean;
  tty: boolean;
  /** Only in the query of a port-forward over WebSocket. */
  ports: readonly number[];
}

export type StreamOptionsResult =
  | { options: StreamOptions; refused?: never }
  | { options?: never /** As the end of a sentence. */; refused: string };

/** Parameters of which the apiserver uses the first value and ignores the others. */
const single = ['container', 'stdin', 'stdout', 'stderr', 'tty'] as const;

/**
 * Reads the query of a stream as the apiserver's ParameterCodec does (kubernetes/pkg/apis/core/v1, the conversions from
 * `url.Values`), and refuses every query that another parser might read differently: the record must be what ran.
 * @param raw the query without `?`.
 */
export function readStreamOptions(subresource: StreamSubresource, raw: string): StreamOptionsResult {
  const query = parseQuery(raw);
  if (query.ambiguity !== undefined) return { refused: query.ambiguity };
  const ofPortForward = subresource === 'portforward';
  if (!ofPortForward) {
    const repeated = single.find((name) => (query.values.get(name)?.length ?? 0) > 1);
    if (repeated !== undefined) return { refused: `the query has "${repeated}" more than once` };
  }
  const ports = ofPortForward ? readPorts(query) : [];
  if (ports === undefined) return { refused: 'the query has a port that is not a number from 0 to 65535' };
  const container = ofPortForward ? '' : (query.values.get('container')?.[0] ?? '');
  const command = subresource === 'exec' ? (query.values.get('command') ?? []) : [];
  // No argument of a process can contain a NUL (execve), so its only use is to deceive a reader.
  if ([container, ...command].some((text) => text.includes('\0'))) return { refused: 'the query has a NUL' };
  return {
    options: {
      container: container === '' ? null : container,
      command,
      stdin: !ofPortForward && isTrue(query, 'stdin'),
      tty: !ofPortForward && isTrue(query, 'tty'),
      ports,
    },
  };
}

/** `Convert_Slice_string_To_bool` of apimachinery: only absence, `0` and `false` are false. */
function isTrue({ values }: Query, name: string): boolean {
  const value = values.get(name)?.[0];
  return value !== undefined && value !== '0' && value.toLowerCase() !== 'false';
}

/** `Convert_Slice_string_To_Slice_int32` of apimachinery: each value is a list. Undefined if that is an error. */
function readPorts({ values }: Query): number[] | undefined {
  const texts = (values.get('ports') ?? []).flatMap((list) => list.split(','));
  const ports = texts.map((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN));
  return ports.every((port) => port <= 65_535) ? ports : undefined;
}
