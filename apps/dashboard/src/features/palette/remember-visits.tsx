'use client';
import { useEffect } from 'react';
import { useLocation } from '#features/address/use-location.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { rememberVisit, visitOf } from './visits.ts';

/** Remembers each page of a cluster that is opened. */
export function RememberVisits() {
  const location = useLocation();
  const user = useMe().data?.user.id;
  useEffect(() => {
    const visit = visitOf(location);
    if (user === undefined || location.organization === undefined || visit === undefined) return;
    rememberVisit({ user, organization: location.organization }, visit);
  }, [user, location]);
  return null;
}
