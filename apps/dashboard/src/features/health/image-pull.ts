/** The registry that an image is pulled from: the part before the first slash if it looks like a host (reference grammar of distribution). */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

const causes: readonly [RegExp, string][] = [
  [/x509|certificate/i, "The registry's certificate is not trusted by the node"],
  [
    /pull access denied|unauthorized|authentication required|\b401\b|denied|forbidden|\b403\b/i,
    'The registry refuses: the image is private or does not exist, or the pull secret is missing or wrong',
  ],
  [/toomanyrequests|rate limit|\b429\b/i, 'The registry limits how often this address may pull'],
  [/no match for platform|no matching manifest/i, "There is no image for the node's architecture"],
  [/not found|manifest unknown|\b404\b/i, 'The registry has no such image or tag'],
  [/no such host|server misbehaving/i, "The registry's name cannot be resolved"],
  [/timeout|deadline exceeded|connection refused|unreachable|\bEOF\b/i, 'The node cannot reach the registry'],
  [/no space left/i, "The node's disk is full"],
];

/** Why an image could not be pulled, from the runtime's message; undefined if it is none of the usual causes. */
export function pullCause(message: string): string | undefined {
  return causes.find(([pattern]) => pattern.test(message))?.[1];
}

/** The reasons for which a container waits for its image (pkg/kubelet/images/types.go). */
export const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
