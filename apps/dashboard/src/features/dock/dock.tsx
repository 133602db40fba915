'use client';
/** Terminals and log tabs that live on while pages change. */
export function Dock() {
  return null;
}
