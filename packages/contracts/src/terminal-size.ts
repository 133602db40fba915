/**
 * The largest terminal, in cells. A screen of 3840 × 2160 pixels, all of it one terminal in the smallest font of the dashboard,
 * has 706 × 148. Each cell takes 12 bytes of the gateway's memory, in each of two screens.
 */
export const largestTerminal = { columns: 800, rows: 200 } as const;
