import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../model/kinds.ts';

/** Whom processes of pods run as when the emulator runs as root: nobody. */
export const unprivileged: { uid: number; gid: number } | undefined =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/** A folder for each container, standing for its file system; made when first used, gone with the pod. */
export class ContainerFolders {
  #root: string | undefined;

  of(pod: Pod, container: string): string {
    const folder = join(this.#podFolder(pod), container);
    if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) this.#furnish(folder, pod, container);
    return folder;
  }

  remove(pod: Pod): void {
    if (this.#root !== undefined) rmSync(this.#podFolder(pod), { recursive: true, force: true });
  }

  removeAll(): void {
    if (this.#root !== undefined) rmSync(this.#root, { recursive: true, force: true });
    this.#root = undefined;
  }

  /** Others may pass through, as nobody must, but not look around. */
  #podFolder(pod: Pod): string {
    this.#root ??= passable(mkdtempSync(join(tmpdir(), 'postern-demo-')));
    const folder = join(this.#root, pod.metadata.uid);
    mkdirSync(folder, { recursive: true });
    return passable(folder);
  }

  #furnish(folder: string, pod: Pod, container: string): void {
    const { name, namespace } = pod.metadata;
    const files = {
      'README.txt': `This folder stands for the file system of the container "${container}" of the pod "${name}" in "${namespace}".\nIt is on the machine that runs the demo, and is removed with the pod.\n`,
      '.bashrc': `PS1='${name}:\\w\\$ '\n`,
    };
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(folder, file), text, { mode: 0o600 });
      giveAway(join(folder, file));
    }
    giveAway(folder);
  }
}

function giveAway(path: string): void {
  if (unprivileged !== undefined) chownSync(path, unprivileged.uid, unprivileged.gid);
}

function passable(folder: string): string {
  chmodSync(folder, 0o711);
  return folder;
}
