const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockOfDay = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** A time in the last week, in the user's time zone: `12:03` today, otherwise `Mon 12:03`. */
export function formatClock(instant: Date, now: Date): string {
  const today = instant.toDateString() === now.toDateString();
  return (today ? clock : clockOfDay).format(instant).replace(',', '');
}
