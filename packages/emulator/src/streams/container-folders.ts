import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../model/kinds.ts';
import type { Identity } from './sandbox.ts';

/** A folder for each container, as its file system; created when first used, removed with the pod. */
export class ContainerFolders {
  readonly #owner: Identity | undefined;
  #root: string | undefined;

  /** @param owner of the folders; default: the emulator's own user. */
  constructor(owner: Identity | undefined) {
    this.#owner = owner;
  }

  of(pod: Pod, container: string): string {
    const folder = join(this.#podFolder(pod), container);
    if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) this.#furnish(folder, pod, container);
    return folder;
  }

  remove(pod: Pod): void {
    if (this.#root !== undefined) rmSync(this.#podFolder(pod), { recursive: true, force: true });
  }

  /** Removes the files of one container; its next process gets a new folder. */
  clear(pod: Pod, container: string): void {
    if (this.#root !== undefined) rmSync(join(this.#podFolder(pod), container), { recursive: true, force: true });
  }

  removeAll(): void {
    if (this.#root !== undefined) rmSync(this.#root, { recursive: true, force: true });
    this.#root = undefined;
  }

  /** Others may pass through the folder, as the pods' user must, but not list it. */
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
      this.#giveAway(join(folder, file));
    }
    this.#giveAway(folder);
  }

  #giveAway(path: string): void {
    if (this.#owner !== undefined) chownSync(path, this.#owner.uid, this.#owner.gid);
  }
}

function passable(folder: string): string {
  chmodSync(folder, 0o711);
  return folder;
}
