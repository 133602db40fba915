const KEY = 'postern.invitation';

/**
 * The secret of the invitation whose link was opened. It is taken out of the address bar at once and kept for this tab, so that it
 * survives signing in without ever being in a URL that is sent or stored.
 */
export function takeInvitationSecret(): string | null {
  const { hash, pathname, search } = window.location;
  if (hash.length > 1) {
    window.sessionStorage.setItem(KEY, hash.slice(1));
    window.history.replaceState(window.history.state, '', pathname + search);
  }
  return window.sessionStorage.getItem(KEY);
}

export function forgetInvitationSecret(): void {
  window.sessionStorage.removeItem(KEY);
}
