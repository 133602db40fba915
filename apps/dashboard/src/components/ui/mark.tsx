/** Postern's logo: a small gate in a wall. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={className} fill="none" aria-hidden="true">
      <path d="M2 21V6.5h3V3h3.4v3.5h2V3h3.2v3.5h2V3H19v3.5h3V21h-5.5v-5a4.5 4.5 0 0 0-9 0v5H2Z" fill="currentColor" />
    </svg>
  );
}
