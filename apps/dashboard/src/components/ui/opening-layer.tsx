'use client';
import { useLayoutEffect } from 'react';
import { openingLayer } from '../layers.ts';

/** Stands for a dialog whose code is being loaded: renders nothing, and keeps the page from taking what is typed for it. */
export function OpeningLayer() {
  useLayoutEffect(openingLayer, []);
  return null;
}
