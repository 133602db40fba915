import { operations } from '../operations.ts';
import { onSession, RecordingQuery, RecordingSettings } from '../recordings.ts';
import type { Route } from '../route.ts';
import { inOrganization } from './params.ts';

export const recordingsRoutes = {
  getRecording: {
    ...operations.getRecording,
    tag: 'Sessions',
    summary: 'The recording of a session as asciicast v3; of others only with the permission to see theirs',
    access: 'session:read',
    params: onSession,
    query: RecordingQuery,
    audited: true,
    stream: 'application/x-asciicast',
    status: 200,
    errors: [],
  },
  deleteRecording: {
    ...operations.deleteRecording,
    tag: 'Sessions',
    summary: 'Delete the recording of a session that has ended; the session itself stays in the list',
    access: 'organization:update',
    params: onSession,
    status: 204,
    errors: ['conflict'],
  },
  endSession: {
    ...operations.endSession,
    tag: 'Sessions',
    summary: 'End a running session; the person who opened it is told who ended it',
    access: 'session:end',
    params: onSession,
    status: 204,
    errors: ['conflict'],
  },
  getRecordingSettings: {
    ...operations.getRecordingSettings,
    tag: 'Sessions',
    summary: 'How long recordings are kept',
    access: 'organization:read',
    params: inOrganization,
    response: RecordingSettings,
    status: 200,
    errors: [],
  },
  updateRecordingSettings: {
    ...operations.updateRecordingSettings,
    tag: 'Sessions',
    summary: 'Change how long recordings are kept; older ones are deleted within an hour',
    access: 'organization:update',
    params: inOrganization,
    body: RecordingSettings,
    response: RecordingSettings,
    status: 200,
    errors: [],
  },
} as const satisfies Record<string, Route>;
