'use client';
import type { KeyboardEvent, PointerEvent } from 'react';
import { LEAST_HEIGHT } from './dock-store.ts';

interface ResizeHandleProps {
  /** In pixels. */
  height: number;
  onResize: (height: number) => void;
}

const STEP = 24;

const most = (): number => Math.max(LEAST_HEIGHT, Math.round(window.innerHeight * 0.8));
const limit = (height: number): number => Math.min(most(), Math.max(LEAST_HEIGHT, Math.round(height)));

/** The dock's upper edge, which can be dragged or moved with the arrow keys. */
export function ResizeHandle({ height, onResize }: ResizeHandleProps) {
  const onPointerDown = (event: PointerEvent<HTMLHRElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLHRElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const bottom = event.currentTarget.parentElement?.getBoundingClientRect().bottom ?? window.innerHeight;
    onResize(limit(bottom - event.clientY));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowUp') onResize(limit(height + STEP));
    else if (event.key === 'ArrowDown') onResize(limit(height - STEP));
    else return;
    event.preventDefault();
  };
  return (
    <hr
      aria-label="Height of the dock"
      aria-orientation="horizontal"
      aria-valuemin={LEAST_HEIGHT}
      aria-valuemax={typeof window === 'undefined' ? 1000 : most()}
      aria-valuenow={height}
      tabIndex={0}
      className="absolute inset-x-0 -top-1 z-10 m-0 h-2 cursor-row-resize touch-none border-0 hover:bg-accent/40 focus-visible:bg-accent/40 focus-visible:outline-none active:bg-accent/60"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
