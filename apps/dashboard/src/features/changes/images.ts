/** The images of a workload's containers, from the columns of a table, where they are joined by commas. */
export function imagesOf(containers: string, images: string): Map<string, string> {
  const names = containers.split(',');
  const values = images.split(',');
  return new Map(names.flatMap((name, index) => (values[index] === undefined ? [] : [[name, values[index]]])));
}

/** What differs between two revisions' images: `frontend:2.14.0 → 2.14.1`; undefined if nothing does. */
export function imageChange(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string | undefined {
  const parts = [...after].flatMap(([container, image]) => {
    const old = before.get(container);
    if (old === image) return [];
    if (old === undefined) return `container ${container} added with ${shortImage(image)}`;
    const [from, to] = [splitImage(old), splitImage(image)];
    return from.repository === to.repository
      ? `${baseName(to.repository)}:${from.version} → ${to.version}`
      : `${shortImage(old)} → ${shortImage(image)}`;
  });
  const removed = [...before.keys()].filter((container) => !after.has(container));
  if (removed.length > 0) parts.push(`container ${removed.join(', ')} removed`);
  return parts.length === 0 ? undefined : parts.join(', ');
}

interface Image {
  repository: string;
  /** Tag, or the beginning of a digest. */
  version: string;
}

/** Splits a reference of an image; without tag and digest it is `latest`. */
function splitImage(image: string): Image {
  const [name = '', digest] = image.split('@');
  const colon = name.lastIndexOf(':');
  const tagged = colon > name.lastIndexOf('/');
  const repository = tagged ? name.slice(0, colon) : name;
  if (tagged) return { repository, version: name.slice(colon + 1) };
  return { repository, version: digest === undefined ? 'latest' : digest.replace(/^sha256:/, '').slice(0, 12) };
}

const baseName = (repository: string): string => repository.slice(repository.lastIndexOf('/') + 1);

function shortImage(image: string): string {
  const { repository, version } = splitImage(image);
  return `${baseName(repository)}:${version}`;
}
